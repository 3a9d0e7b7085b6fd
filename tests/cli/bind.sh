# One struct a package, whatever form the package has: the same text of the package, its bundle and its archive.
source "$(dirname "$0")/common.bash"
try $TINSMITH bind $DATA/taichi/e_graph/package --lang cpp -o package.hpp --name heat
try $TINSMITH metal $DATA/taichi/e_graph/package -o bundle --single heat --emit metallib >/dev/null
try $TINSMITH bind bundle --lang cpp -o bundle.hpp
sed -i 's/from package\./from heat./; s/of package on/of heat on/' package.hpp
cmp package.hpp bundle.hpp
try $TINSMITH bind $DATA/taichi/i_archive/package.tcm --lang swift -o deep/archive.swift
grep -c 'public func' deep/archive.swift
# Several systems in one folder: named as their library is.
$TINSMITH metal $DATA/taichi/e_graph/package -o several --target ios16,ios-sim16 --single heat --emit metallib >/dev/null
try $TINSMITH bind several --lang cpp -o several.hpp
cmp several.hpp bundle.hpp
# What is wrong, and with what it ends.
try $TINSMITH bind
try $TINSMITH bind bundle -o x.hpp
try $TINSMITH bind bundle --lang rust -o x.rs
try $TINSMITH bind bundle --lang cpp -o x.hpp --name "two words"
try $TINSMITH bind bundle --lang cpp -o x.hpp --name class
try $TINSMITH bind bundle --lang swift -o x.swift --name Field
try $TINSMITH bind nowhere --lang cpp -o x.hpp
try $TINSMITH bind bundle --lang cpp -o /proc/no/such/file
rm bundle/heat.metallib
try $TINSMITH bind bundle --lang cpp -o x.hpp
ls
