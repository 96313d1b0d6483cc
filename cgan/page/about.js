// The tab About has no picture.
cgan.tabs.about = {};
