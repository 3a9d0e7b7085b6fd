# Every subcommand tells its options and shows examples.
source "$(dirname "$0")/common.bash"
try $TINSMITH --help
for command in run metal inspect exec lint opt; do try $TINSMITH $command --help; done
try $TINSMITH --version
