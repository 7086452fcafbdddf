#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fetches and unpacks Debian source packages without touching the system.

    debian_source.py --cache DIR PACKAGE...

The machine's own `deb` entries say where Debian is; this script writes `deb-src` variants of them into an apt
configuration of its own below DIR (own lists, cache and source list) and downloads with `apt-get source`. Nothing of the
system's is changed and no host is named here. Each package ends up in DIR/PACKAGE, a link to the unpacked tree, which is
what the program's authors released, without Debian's patches; a package that is already there is left alone.
"""

import argparse
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import sys

TRIES = 4


class FetchError(Exception):
    pass


def apt_config(key):
    """Value of a directory setting of the system's apt, as an absolute path."""
    out = subprocess.run(
        ["apt-config", "shell", "VALUE", key], capture_output=True, text=True, check=True
    ).stdout
    match = re.search(r"VALUE='([^']*)'", out)
    if not match:
        raise FetchError(f"apt-config does not know {key}")
    return pathlib.Path(match.group(1))


def one_line_entries(text):
    """`deb` lines of a .list file: (options, uri, suite, components)."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            options, uri, suite, components = match.groups()
            yield (options or "").strip(" []"), uri, suite, components.split()


def deb822_entries(text):
    """`deb` stanzas of a .sources file, one entry for each URI and suite."""
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields, key = {}, None
        for line in stanza.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0] in " \t" and key:
                fields[key] += "\n" + line.strip()
            elif ":" in line:
                key, value = line.split(":", 1)
                key = key.strip().lower()
                fields[key] = value.strip()
        if "deb" not in fields.get("types", "").split():
            continue
        if fields.get("enabled", "yes").lower() in ("no", "false", "0", "off"):
            continue
        signed = fields.get("signed-by", "")
        options = []
        # A key written out in the stanza has no one-line form; apt then uses its trusted keys.
        if signed and "\n" not in signed:
            options.append("signed-by=" + ",".join(signed.split()))
        if fields.get("trusted", "").lower() == "yes":
            options.append("trusted=yes")
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield " ".join(options), uri, suite, fields.get("components", "").split()


def source_options(options):
    """Options of a `deb` line that also make sense for sources."""
    kept = [o for o in options.split() if not re.match(r"(arch|lang|target|pdiffs)[-+]?=", o)]
    return f"[{' '.join(kept)}] " if kept else ""


def deb_src_lines():
    lines = []
    files = [apt_config("Dir::Etc::sourcelist/f")]
    parts = apt_config("Dir::Etc::sourceparts/d")
    if parts.is_dir():
        files += sorted(p for p in parts.iterdir() if p.suffix in (".list", ".sources"))
    for file in files:
        if not file.is_file():
            continue
        parse = deb822_entries if file.suffix == ".sources" else one_line_entries
        for options, uri, suite, components in parse(file.read_text(errors="replace")):
            lines.append(f"deb-src {source_options(options)}{uri} {suite} {' '.join(components)}".rstrip())
    if not lines:
        raise FetchError(
            f"no enabled `deb` entry in {files[0]} or {parts}: cannot know where Debian's sources are"
        )
    return list(dict.fromkeys(lines))


class PrivateApt:
    def __init__(self, cache):
        self.root = cache / "apt"
        for sub in ("state/lists/partial", "cache/archives/partial", "etc"):
            (self.root / sub).mkdir(parents=True, exist_ok=True)
        self.config = self.root / "etc/apt.conf"
        # The main configuration of the system still applies (proxies, keys); only places are set here.
        self.config.write_text(
            f'Dir::State "{self.root}/state";\n'
            f'Dir::Cache "{self.root}/cache";\n'
            f'Dir::Etc::sourcelist "{self.root}/etc/sources.list";\n'
            'Dir::Etc::sourceparts "-";\n'
            'APT::Sandbox::User "";\n'
            'Acquire::Languages "none";\n'
            'Acquire::Retries "3";\n'
        )
        (self.root / "etc/sources.list").write_text("\n".join(deb_src_lines()) + "\n")
        self.environment = dict(os.environ, APT_CONFIG=str(self.config), LC_ALL="C")

    def run(self, *arguments, cwd=None):
        """One apt-get call; retried, because mirrors and networks hiccup."""
        for left in reversed(range(TRIES)):
            done = subprocess.run(
                ["apt-get", "-q", *arguments],
                cwd=cwd, env=self.environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            if done.returncode == 0:
                return done.stdout
            print(f"apt-get {' '.join(arguments)} failed, {left} tries left", file=sys.stderr)
        raise FetchError(
            f"apt-get {' '.join(arguments)} failed {TRIES} times; is the network there?\n" + done.stdout
        )

    def update(self):
        """Fetches the indexes. An entry that fails (a vendor's archive without sources, say) is no matter as long as
        another one has an index."""
        try:
            self.run("update")
        except FetchError:
            if not list((self.root / "state/lists").glob("*_Sources*")):
                raise


def unpack(apt, cache, package):
    link = cache / package
    work = cache / f"{package}.download"
    shutil.rmtree(work, ignore_errors=True)
    (work / "tree").mkdir(parents=True)
    # Only the authors' archive, not Debian's packaging: the programs are built as their authors released them.
    # apt checks it against the signed index.
    apt.run("source", "--tar-only", "--only-source", package, cwd=work)
    # Further archives, such as `orig-www`, hold documentation.
    archives = [p for p in work.iterdir() if re.search(r"\.tar\.\w+$", p.name) and ".orig-" not in p.name]
    if len(archives) != 1:
        raise FetchError(f"apt-get source --tar-only {package} left {len(archives)} archives in {work}")
    subprocess.run(
        ["tar", "--extract", "--file", archives[0], "--directory", work / "tree", "--strip-components=1", "--no-same-owner"],
        check=True,
    )
    # Written last: the link is there only when all of the tree is.
    temporary = cache / f"{package}.link"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(f"{work.name}/tree")
    temporary.rename(link)
    print(f"{package}: {archives[0].name}")


def fetch(cache, packages):
    cache = pathlib.Path(cache).resolve()
    cache.mkdir(parents=True, exist_ok=True)
    if not shutil.which("apt-get"):
        raise FetchError("apt-get is not here: the sources come as Debian source packages")
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = [p for p in packages if not (cache / p).exists()]
        if missing:
            apt = PrivateApt(cache)
            apt.update()
            for package in missing:
                unpack(apt, cache, package)
    return {p: cache / p for p in packages}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", required=True)
    parser.add_argument("packages", nargs="+", metavar="PACKAGE")
    options = parser.parse_args()
    try:
        for package, tree in fetch(options.cache, options.packages).items():
            print(f"{package}: {tree}")
    except (FetchError, subprocess.CalledProcessError) as error:
        print(f"debian_source.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
