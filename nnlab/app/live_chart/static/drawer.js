// Closes the sidebar once where it would cover the page; after that, it is as the visitor leaves it.
// A plain script.
if (matchMedia("(max-width: 1180px)").matches && !document.body.dataset.drawer) {
  const button = document.querySelector("[data-testid=stSidebarCollapseButton] button");
  if (button instanceof HTMLElement) button.click();
}
document.body.dataset.drawer = "used";
