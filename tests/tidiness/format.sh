#!/bin/sh
# format.sh check|write: are the C files in the format of .clang-format?
cd "$(dirname "$0")/../.." || exit 1

sources() {
	git ls-files -co --exclude-standard -- "*.[ch]" 2>/dev/null ||
		find . -path ./build -prune -o -name '*.[ch]' -print
}

case $1 in
check)
	said=$(sources | xargs -r clang-format --dry-run -Werror 2>&1) && exit
	echo "$said" | awk -F: '/^[^ ]+:[0-9]+:[0-9]+: / && !seen[$1]++ {
		print $1 ":" $2 ": not in the format; ./run format mends it"
	}'
	exit 1
	;;
write)
	sources | xargs -r clang-format -i
	;;
*)
	echo "usage: format.sh check|write" >&2
	exit 2
	;;
esac
