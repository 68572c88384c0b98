package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/local/toolchain"
)

// upArchive makes the archive from which `zeitwork up` runs without Go and without a compiler: the binary with the pinned daemons beside it. It is for this
// machine's architecture alone, because runc is compiled by a C compiler.
func (r release) upArchive(ctx context.Context, binaries compiled) error {
	daemons, err := r.tools.Build(ctx, toolchain.Daemons())
	if err != nil {
		return err
	}

	s3, err := r.tools.Build(ctx, toolchain.VersityGW())
	if err != nil {
		return err
	}

	name := r.name(runtime.GOARCH) + "-up"
	sayf("packing %s", name)

	files := tree{}
	files.program("zeitwork", binaries.path(runtime.GOARCH))

	for _, folder := range []string{daemons, s3} {
		if err := files.programsOf(toolchain.BesideName, folder); err != nil {
			return err
		}
	}

	license, err := os.ReadFile(filepath.Join(r.source, "LICENSE"))
	if err != nil {
		return fmt.Errorf("read the license: %w", err)
	}

	files.file("LICENSE", license)

	if err := files.writeArchive(filepath.Join(r.out, name+".tar.gz"), r.identity.time); err != nil {
		return err
	}

	programs := lo.FilterMap(lo.Values(files), func(e entry, _ int) (string, bool) { return e.from, e.from != "" })

	return r.writeContents(name, programs, nil)
}
