"""The app, and below it the keys of the session that are not those of widgets drawn so far."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab.app import entry, live_chart


@st.cache_resource
def widget_keys() -> set[str]:
    return set()


if __name__ == "__main__":
    context, seen = get_script_run_ctx(), widget_keys()
    assert context
    try:
        entry.draw()
    finally:  # also after a script run that the next one interrupts
        seen.update(context.shared.widget_user_keys_this_run.snapshot())
    own = sorted({str(key) for key in st.session_state} - seen)
    st.html(f'<output class="own-keys">{" ".join(own)}</output>')
else:
    app = st.App(__file__, routes=live_chart.routes())
