package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// choose returns the named files with the libraries that they need, as the linker finds them, where links lead, the licenses of all of it and, for programs
// that look for known faults, the packages' descriptions. It also returns the packages.
func (d debianFiles) choose(names ...string) (tree, []debianPackage, error) {
	chosen, owners := tree{}, map[string]bool{}

	for len(names) > 0 {
		name := names[0]
		names = names[1:]

		if _, ok := chosen[name]; ok {
			continue
		}

		found, ok := d.files[name]
		if !ok {
			return nil, nil, fmt.Errorf("Debian's packages have no file %s", name) //nolint:staticcheck // Debian is a name.
		}

		chosen[name], owners[d.owner[name]] = found, true

		more, err := d.needs(name, found)
		if err != nil {
			return nil, nil, err
		}

		names = append(names, more...)
	}

	var packages []debianPackage

	for _, owner := range slices.Sorted(maps.Keys(owners)) {
		packages = append(packages, d.packages[owner])
		chosen.file("var/lib/dpkg/status.d/"+owner, d.packages[owner].control)

		document := "usr/share/doc/" + owner
		if other := d.files[document].link; other != "" {
			document = path.Join(path.Dir(document), other)
		}

		if license, ok := d.files[document+"/copyright"]; ok && license.link == "" {
			chosen["usr/share/doc/"+owner+"/copyright"] = license
		}
	}

	return chosen, packages, nil
}

// needs returns the files without which this one is of no use.
func (d debianFiles) needs(name string, found entry) ([]string, error) {
	if found.link != "" {
		target := path.Join(path.Dir(name), found.link)
		if path.IsAbs(found.link) {
			target = strings.TrimPrefix(path.Clean(found.link), "/")
		}

		return []string{target}, nil
	}

	content := found.content

	if found.from != "" {
		var err error

		if content, err = os.ReadFile(found.from); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}

	if !bytes.HasPrefix(content, []byte(elf.ELFMAG)) {
		return nil, nil
	}

	return d.neededBy(name, bytes.NewReader(content))
}

// neededBy returns the libraries of a program or a library, and the linker that starts it.
func (d debianFiles) neededBy(name string, content io.ReaderAt) ([]string, error) {
	program, err := elf.NewFile(content)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}

	libraries, err := program.ImportedLibraries()
	if err != nil {
		return nil, fmt.Errorf("read which libraries %s needs: %w", name, err)
	}

	var needed []string

	for _, library := range libraries {
		file, err := d.library(library)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}

		needed = append(needed, file)
	}

	for _, part := range program.Progs {
		if part.Type != elf.PT_INTERP {
			continue
		}

		linker, err := io.ReadAll(part.Open())
		if err != nil {
			return nil, fmt.Errorf("read which linker starts %s: %w", name, err)
		}

		needed = append(needed, "usr"+strings.TrimRight(string(linker), "\x00")) // /lib and /lib64 are links to those below /usr.
	}

	return needed, nil
}

// library finds a library where the linker looks for it.
func (d debianFiles) library(name string) (string, error) {
	for _, folder := range []string{"usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "usr/lib64", "usr/lib"} {
		if _, ok := d.files[path.Join(folder, name)]; ok {
			return path.Join(folder, name), nil
		}
	}

	return "", fmt.Errorf("it needs the library %s, which is in none of Debian's packages", name)
}

// certificates are those of the authorities that Debian trusts, in one file, as the package's own script makes it.
func (d debianFiles) certificates() []byte {
	var all bytes.Buffer

	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		if strings.HasPrefix(name, "usr/share/ca-certificates/mozilla/") {
			all.Write(d.files[name].content)
		}
	}

	return all.Bytes()
}

// named returns the files that a recipe names for an architecture. One that ends in a slash stands for all that the folder has.
func (d debianFiles) named(files []string, architecture string) []string {
	triplet := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[architecture]

	return lo.FlatMap(files, func(file string, _ int) []string {
		file = strings.ReplaceAll(file, "/ARCH/", "/"+triplet+"/")
		if !strings.HasSuffix(file, "/") {
			return []string{file}
		}

		inside := lo.Filter(lo.Keys(d.files), func(name string, _ int) bool { return strings.HasPrefix(name, file) })
		slices.Sort(inside)

		return inside
	})
}
