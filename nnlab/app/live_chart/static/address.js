// Makes Streamlit replace the last history entry while the page is the same, so that Back leads to
// the previous page at once. A plain script, which runs before the first change of the address.
if (!Object.hasOwn(history, "pushState")) {
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const isSame = new URL(url ?? "", location.href).pathname === location.pathname;
    return isSame ? history.replaceState(state, title, url) : push(state, title, url);
  };
}
