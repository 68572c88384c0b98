package node

import (
	"net/url"
	"path"
	"regexp"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
)

var (
	// outDirArgument and baseArgument match arguments of vite build.
	outDirArgument = regexp.MustCompile(`--outDir[ =]([A-Za-z0-9_./-]+)`)
	baseArgument   = regexp.MustCompile(`--base[ =](/[A-Za-z0-9_./-]+)`)
	// viteRoot matches the option for the directory that Vite works in.
	viteRoot = regexp.MustCompile(`(?m)^\s*root` + quotedPath)
)

// outputOf is the directory that the site is built to, relative to the app's.
func (b siteBuilder) outputOf(tree source.Tree, read packagejson.Manifest) string {
	if match := outDirArgument.FindStringSubmatch(read.Scripts["build"]); match != nil {
		return path.Clean(match[1])
	}

	root := ""
	if match := b.configured(tree, viteRoot); match != nil && b.name == "Vite" {
		root = match[1]
	}

	if match := b.configured(tree, b.outDir); match != nil {
		return path.Join(root, match[1])
	}

	return path.Join(root, b.output)
}

// baseOf is the path below which the site expects to be served, such as /docs; empty for the top.
func (b siteBuilder) baseOf(tree source.Tree, read packagejson.Manifest) string {
	base := ""
	if match := b.configured(tree, b.base); match != nil {
		base = match[1]
	}

	if match := baseArgument.FindStringSubmatch(read.Scripts["build"]); match != nil && b.base != nil {
		base = match[1]
	}

	if b.dependency == "react-scripts" {
		if address, err := url.Parse(read.Homepage); err == nil {
			base = address.Path
		}
	}

	return cleanBase(base)
}

// cleanBase is empty for a relative path, with which the site works at the top, and for one that the configuration of nginx cannot name.
func cleanBase(base string) string {
	if base = path.Clean(base); !path.IsAbs(base) || base == "/" || !buildplan.PlainPath.MatchString(base) {
		return ""
	}

	return base
}

// fallbackOf is the page that answers where there is no file; empty where none does, so that 404.html does.
func (b siteBuilder) fallbackOf(tree source.Tree) string {
	const notFound = "404.html"

	switch match := b.configured(tree, b.fallback); {
	case match != nil && match[1] != notFound:
		return match[1]
	case b.fallback != nil || b.pages || source.IsFile(tree, "public/"+notFound):
		return ""
	default:
		return static.IndexFile
	}
}
