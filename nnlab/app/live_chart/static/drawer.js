// Closes the sidebar once where it would cover the page; after that, it is as the visitor leaves it.
// The button that opens it again is called by what one finds there. A plain script.
if (matchMedia("(max-width: 1180px)").matches && !document.body.dataset.drawer) {
  const button = document.querySelector("[data-testid=stSidebarCollapseButton] button");
  if (button instanceof HTMLElement) button.click();
}
document.body.dataset.drawer = "used";
{
  const header = document.querySelector("[data-testid=stHeader]");
  const nameOpener = () => header?.querySelector("[data-testid=stExpandSidebarButton]")
    ?.setAttribute("aria-label", "Settings");
  nameOpener();
  if (header) new MutationObserver(nameOpener).observe(header, { childList: true, subtree: true });
}
