"""Everything that uses Streamlit: the playground, Explore and what both share.

Importing it limits BLAS to one thread in the whole process, which is the page's server.
"""

from nnlab.model.computing import keep_one_blas_thread

keep_one_blas_thread()
