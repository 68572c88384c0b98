package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/uuid"
	"github.com/samber/lo"
)

// writeContents writes what the programs, the dashboard and the documentation in them, and Debian's packages beside them consist of, in CycloneDX's format.
func (r release) writeContents(name string, programs []string, packages []debianPackage) error {
	contents := map[string]cdx.Component{}

	for _, program := range programs {
		modules, err := modulesOf(program)
		if err != nil {
			return err
		}

		for _, module := range modules {
			contents[module.BOMRef] = module
		}
	}

	var pages []cdx.Component

	for _, folder := range []string{"web", filepath.Join("docs", "site")} {
		found, err := browserPackages(filepath.Join(r.source, folder, "package-lock.json"))
		if err != nil {
			return err
		}

		pages = append(pages, found...)
	}

	for _, component := range append(pages, lo.Map(packages, func(p debianPackage, _ int) cdx.Component { return p.component() })...) {
		contents[component.BOMRef] = component
	}

	components := lo.Values(contents)
	slices.SortFunc(components, func(a, b cdx.Component) int { return strings.Compare(a.BOMRef, b.BOMRef) })

	list := cdx.NewBOM()
	list.SerialNumber = "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/zeitwork/zeitwork/"+r.identity.version+"/"+name)).String()
	list.Metadata = &cdx.Metadata{
		Timestamp: r.identity.time.Format("2006-01-02T15:04:05Z"),
		Component: &cdx.Component{
			BOMRef: name, Type: cdx.ComponentTypeApplication, Name: name, Version: r.identity.version,
			Licenses: &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}},
		},
	}
	list.Components = &components

	file, err := os.Create(filepath.Join(r.out, name+".cdx.json"))
	if err != nil {
		return fmt.Errorf("list what is in %s: %w", name, err)
	}

	return errors.Join(cdx.NewBOMEncoder(file, cdx.BOMFileFormatJSON).SetPretty(true).Encode(list), file.Close())
}

// modulesOf reads out of a program which Go modules, and which standard library, it was compiled from. A program that was not compiled by Go has none.
func modulesOf(program string) ([]cdx.Component, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("read what %s was compiled from: %w", program, err)
	}

	components := []cdx.Component{library("pkg:golang/stdlib@"+strings.TrimPrefix(info.GoVersion, "go"), "stdlib", strings.TrimPrefix(info.GoVersion, "go"))}

	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}

		components = append(components, library("pkg:golang/"+module.Path+"@"+module.Version, module.Path, module.Version))
	}

	return components, nil
}

// browserPackages are the packages of npm that the dashboard, or the documentation, runs with, those that only build it excepted.
func browserPackages(lockFile string) ([]cdx.Component, error) {
	content, err := os.ReadFile(lockFile)
	if err != nil {
		return nil, fmt.Errorf("read what %s names: %w", lockFile, err)
	}

	var lock struct {
		Packages map[string]struct {
			Version string `json:"version"`
			Dev     bool   `json:"dev"`
			// Optional are programs for one kind of machine, which build.
			Optional bool `json:"optional"`
		} `json:"packages"`
	}

	if err := json.Unmarshal(content, &lock); err != nil {
		return nil, fmt.Errorf("read what %s names: %w", lockFile, err)
	}

	var components []cdx.Component

	for path, found := range lock.Packages {
		_, name, ok := strings.Cut(path, "node_modules/")
		if !ok || found.Dev || found.Optional {
			continue
		}

		if _, inner, nested := strings.Cut(name, "node_modules/"); nested {
			name = inner
		}

		components = append(components, library("pkg:npm/"+strings.ReplaceAll(name, "@", "%40")+"@"+found.Version, name, found.Version))
	}

	return components, nil
}

func library(purl, name, version string) cdx.Component {
	return cdx.Component{BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: name, Version: version, PackageURL: purl}
}
