import os

from spack_repo.builtin.build_systems.generic import Package

from spack.package import *

# The clone that this file is in.
CLONE = os.path.abspath(os.path.join(os.path.dirname(__file__), *[".."] * 6))

# The pkg-config files of MPIs.
MPI_FILES = {"openmpi": "ompi", "intel-oneapi-mpi": "impi"}


class DpTrain(Package):
    """Data-parallel training of convolutional and recurrent networks on CPU clusters over MPI. The
    trained weights are the same bits on any number of ranks."""

    git = "file://" + CLONE

    license("Apache-2.0")

    version("main", branch="main")

    variant("mpi", default=True, description="Train on several ranks")
    variant("hdf5", default=True, description="Read HDF5 files")

    depends_on("swift@6:", type="build")
    depends_on("git", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("binutils", type="build")

    depends_on("mpi", when="+mpi")
    # The headers of a parallel HDF5 need an MPI of their own.
    depends_on("hdf5~mpi", when="+hdf5")
    depends_on("libjpeg-turbo")
    depends_on("libpng")
    depends_on("libtiff")
    depends_on("libwebp")
    depends_on("libzip")
    depends_on("openssl@3:")
    depends_on("zlib-api")

    def setup_build_environment(self, env):
        if self.spec.satisfies("+mpi"):
            env.set("DPTRAIN_MPI_PC", MPI_FILES.get(self.spec["mpi"].name, "mpich"))
        else:
            env.set("DPTRAIN_NO_MPI", "1")
        if self.spec.satisfies("~hdf5"):
            env.set("DPTRAIN_NO_HDF5", "1")

    def install(self, spec, prefix):
        # Some libraries are copied to lib/dp-train; the others, such as MPI's, are found where Spack has them.
        options = []
        for package in spec.dependencies(deptype="link"):
            for folder in ("lib", "lib64"):
                path = os.path.join(package.prefix, folder)
                if os.path.isdir(path):
                    options += ["-Xlinker", "-rpath", "-Xlinker", path]
        Executable(os.path.join("launch", "install"))(prefix, *options)

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def train(self):
        """Trains for a few steps."""
        with working_dir("trial", create=True):
            Executable(self.prefix.bin.join("dp-train"))("train", "steps=20", "--out", "run")
