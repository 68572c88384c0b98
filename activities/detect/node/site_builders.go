package node

import (
	"net/url"
	"path"
	"regexp"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
	"github.com/zeitwork/zeitwork/activities/detect/static"
)

// siteBuilder makes a site of files.
type siteBuilder struct {
	name string
	// dependency tells that it is used. A framework that may as well make a server has a configuration that fits only; else that is nil.
	dependency string
	only       *regexp.Regexp
	// configs are the files that may configure it, without extension.
	configs []string
	// output is where its site is, unless its configuration says something else.
	output string
	outDir *regexp.Regexp
	// base finds the path below which the site expects to stand.
	base *regexp.Regexp
	// fallback finds the page that answers where there is no file. Where it is nil, pages holds.
	fallback *regexp.Regexp
	// pages says that each page is a file of its own; else index.html answers for all.
	pages  bool
	hashed string
	// prefixes are of variables that end in the site.
	prefixes []string
}

const (
	quotedPath = `\s*:\s*['"` + "`" + `]([A-Za-z0-9_./-]+)['"` + "`" + `]`
	// topLevel keeps away from options of the same name that are part of others, as far as people indent them.
	topLevel = `(?m)(?:^[ \t]{0,4}|(?:\(|=|=>|\bdefault|\breturn)\s*\{\s*)`
)

var (
	outDirOption = regexp.MustCompile(`\boutDir` + quotedPath)
	baseOption   = regexp.MustCompile(topLevel + `base` + quotedPath)
)

// siteBuilders are asked in this order: the frameworks that build by Vite come before it.
var siteBuilders = []siteBuilder{
	{
		name: "SvelteKit", dependency: "@sveltejs/kit", configs: []string{"svelte.config", "vite.config"}, output: "build", hashed: hashedBySvelteKit,
		only:   regexp.MustCompile(`['"]@sveltejs/adapter-static['"]`),
		outDir: regexp.MustCompile(`\bpages` + quotedPath), base: regexp.MustCompile(`\bbase` + quotedPath), fallback: regexp.MustCompile(`\bfallback` + quotedPath),
		prefixes: []string{"PUBLIC_"},
	},
	{
		name: "React Router", dependency: "@react-router/dev", only: regexp.MustCompile(`\bssr\s*:\s*false\b`), configs: []string{"react-router.config"},
		output: "build/client", hashed: hashedByVite, prefixes: []string{"VITE_"},
	},
	{
		name: "Astro", dependency: "astro", configs: []string{"astro.config"}, output: "dist", hashed: hashedByAstro, pages: true,
		outDir: outDirOption, base: baseOption, prefixes: []string{"PUBLIC_"},
	},
	{
		name: "Vite", dependency: "vite", configs: []string{"vite.config"}, output: "dist", hashed: hashedByVite,
		outDir: outDirOption, base: baseOption, prefixes: []string{"VITE_"},
	},
	{
		name: "Create React App", dependency: "react-scripts", output: "build", hashed: hashedByReactScripts, prefixes: []string{"REACT_APP_"},
	},
}

// builderOf returns what makes the app's site.
func builderOf(tree source.Tree, read packagejson.Manifest) (siteBuilder, bool) {
	return lo.Find(siteBuilders, func(builder siteBuilder) bool {
		return read.Depends(builder.dependency) && (builder.only == nil || builder.configured(tree, builder.only) != nil)
	})
}

// configured returns what a pattern finds in the configuration.
func (b siteBuilder) configured(tree source.Tree, pattern *regexp.Regexp) []string {
	if pattern == nil {
		return nil
	}

	for _, name := range b.configs {
		if match := pattern.FindStringSubmatch(project.ReadConfig(tree, name)); match != nil {
			return match
		}
	}

	return nil
}

var (
	outDirArgument = regexp.MustCompile(`--outDir[ =]([A-Za-z0-9_./-]+)`)
	baseArgument   = regexp.MustCompile(`--base[ =](/[A-Za-z0-9_./-]+)`)
	viteRoot       = regexp.MustCompile(`(?m)^\s*root` + quotedPath)
)

// outputOf is where the site is built, relative to the app.
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

// baseOf is the path below which the site expects to stand, as /docs; empty for the top.
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

// cleanBase is empty for what is relative, which works at the top, and for what no configuration of a server can name.
func cleanBase(base string) string {
	if base = path.Clean(base); !path.IsAbs(base) || base == "/" || !buildplan.PlainPath.MatchString(base) {
		return ""
	}

	return base
}

// fallbackOf is the page that answers where there is no file; empty where none does.
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
