// The tab About: a picture that follows a slider.
{
  const { arrive, skip, tabs } = cgan;
  tabs.about = {};
  // Return the next address, with the slider's value in place of {}, once its picture is here.
  cgan.follow = async (name, address, [value]) => {
    const src = address.replace("{}", value);
    const isNext = await arrive(document.getElementById(name), [src]).catch(() => false);
    return isNext ? src : skip;
  };
}
