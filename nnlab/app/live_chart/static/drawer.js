// Closes the sidebar where it would cover the page: at first, and when the window gets that narrow.
// Otherwise it stays as the visitor left it. A lesson stands in the sidebar, beside or above the
// page: there it is opened. The button that opens it is named “Settings”, after what is in it.
// A plain script.
{
  const narrow = matchMedia("(max-width: 1180px)");
  const isInLesson = () => /[?&](lesson|edit)=/.test(location.search);
  const arrange = () => {
    const closing = document.querySelector("[data-testid=stSidebarCollapseButton] button");
    const opening = document.querySelector("[data-testid=stExpandSidebarButton]");
    const button = isInLesson() ? opening : !opening && closing;
    if (narrow.matches && button instanceof HTMLElement) button.click();
  };
  if (isInLesson() || !document.body.dataset.drawer) arrange();
  if (!document.body.dataset.drawer) narrow.addEventListener("change", arrange);
}
document.body.dataset.drawer = "used";
{
  const header = document.querySelector("[data-testid=stHeader]");
  const nameOpener = () => header?.querySelector("[data-testid=stExpandSidebarButton]")
    ?.setAttribute("aria-label", "Settings");
  nameOpener();
  if (header) new MutationObserver(nameOpener).observe(header, { childList: true, subtree: true });
}
