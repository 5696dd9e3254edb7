// Closes the sidebar once where it would cover the page; after that, it is as the visitor leaves it.
if (matchMedia("(max-width: 1180px)").matches && !document.body.dataset.drawer) {
  document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
}
document.body.dataset.drawer = "used";
