"""Commands that measure: quality, studies, speed. Nothing else imports them."""
