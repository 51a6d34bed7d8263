// The system's MPI. The library to link comes from pkg-config, so a machine without MPI still builds.
#if __has_include(<mpi.h>)
#include <mpi.h>
#endif
