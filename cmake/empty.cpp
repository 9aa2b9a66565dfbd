// The shared library is made of the folders' static ones; CMake wants a source of its own.
