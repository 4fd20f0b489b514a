#!/usr/bin/env python3
"""purity.py LIBRARY.a...: what is pure calls nothing of the world.

A pure library takes bytes and the time, and gives bytes and decisions.  So
`nm -u` must show no loop, socket, clock, file, thread or source of chance
among the functions that it leaves for others to provide.
"""
import os
import re
import subprocess
import sys

KINDS = (
    ("the loop", r"uv_\w+"),
    ("TLS", r"mbedtls_\w+"),
    ("a socket", r"socket|connect|bind|listen|accept|send|sendto|sendmsg|recv"
                 r"|recvfrom|recvmsg|select|poll|getaddrinfo|gethostby\w+"),
    ("a clock", r"time|gettimeofday|clock|clock_gettime|times|localtime"
                r"|localtime_r|mktime|sleep|usleep|nanosleep|alarm"),
    ("chance", r"s?rand|rand_r|s?random|[dlm]rand48|getrandom|getentropy"
               r"|arc4random\w*|randombytes\w*|sodium_init"
               r"|crypto_\w+_keygen|crypto_(box|sign|kx)_keypair"
               r"|crypto_box_seal"),
    ("a file", r"open|openat|creat|read|write|pread|pwrite|close|stat|fstat"
               r"|lstat|unlink|rename|mkdir|fsync|mmap|fopen|freopen|fdopen"
               r"|fread|fwrite|fclose|fgets|fflush|fseek|remove|tmpfile"),
    ("a stream", r"v?f?printf|puts|fputs|putchar|putc|fputc|perror|scanf"
                 r"|getchar|getline|stdin|stdout|stderr|syslog"),
    ("a thread", r"pthread_\w+|thrd_\w+|mtx_\w+|fork|system|popen|exec\w+"),
    ("the surroundings", r"getenv|setenv|setlocale|getpid|gethostname|exit"
                         r"|signal|sigaction"),
)
KIND = [(kind, re.compile(f"({names})$")) for kind, names in KINDS]

# (library, function) -> why it may be there all the same
EXCEPTIONS = {
}


def plain(symbol):
    """clock_gettime@GLIBC_2.17, __read_chk and open64 are the plain ones."""
    symbol = symbol.split("@")[0]
    symbol = re.sub(r"^__(isoc99_)?(\w+?)(_chk|_2)?$", r"\2", symbol)
    return re.sub(r"^(\w*(open|creat|stat|pread|pwrite|mmap|tmpfile))64$",
                  r"\1", symbol)


def impurity(symbol):
    for kind, pattern in KIND:
        if pattern.match(plain(symbol)):
            return kind
    return None


def undefined(library):
    """(object, symbol) for each that the library does not hold itself."""
    listed = subprocess.run(["nm", "-A", "-u", library], check=True,
                            stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout.decode()
    for line in listed.splitlines():
        where, _, symbol = line.rpartition(" U ")
        if where:
            yield where.rstrip(" :").split(":")[-1], symbol.strip()


def check(library):
    name = os.path.basename(library)
    for part, symbol in undefined(library):
        kind = impurity(symbol)
        if kind and (name, plain(symbol)) not in EXCEPTIONS:
            yield f"{name}:{part}: {plain(symbol)}() reaches for {kind}"


def main():
    if len(sys.argv) < 2:
        sys.exit("purity.py: no library was given, so nothing is proved")
    found = [line for library in sys.argv[1:] for line in check(library)]
    print("\n".join(found) if found else "pure")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
