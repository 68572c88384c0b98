package node

import (
	"regexp"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// siteBuilder is a program that builds a site of files, with what it takes to find the site.
type siteBuilder struct {
	name string
	// dependency is the package that tells that the program is used.
	dependency string
	// only matches the configuration with which the program builds a site, where it could build a server, too; nil where it builds sites alone.
	only *regexp.Regexp
	// configs are the files that may configure the program, without extension.
	configs []string
	// output is the directory that the site is built to, unless outDir finds another in the configuration.
	output string
	outDir *regexp.Regexp
	// base finds in the configuration the path below which the site expects to be served.
	base *regexp.Regexp
	// fallback finds in the configuration the page that answers where there is no file. Where it is nil, pages decides.
	fallback *regexp.Regexp
	// pages says that each page is a file of its own. Otherwise index.html answers where there is no file.
	pages bool
	// hashed is static.Site.Hashed.
	hashed string
	// prefixes are the beginnings of the names of variables that become part of the site.
	prefixes []string
}

const (
	// quotedPath matches the value of an option that is a path.
	quotedPath = `\s*:\s*['"` + "`" + `]([A-Za-z0-9_./-]+)['"` + "`" + `]`
	// topLevel matches what stands before an option that is not part of another: at most four spaces, or the beginning of the object.
	topLevel = `(?m)(?:^[ \t]{0,4}|(?:\(|=|=>|\bdefault|\breturn)\s*\{\s*)`
)

var (
	outDirOption = regexp.MustCompile(`\boutDir` + quotedPath)
	baseOption   = regexp.MustCompile(topLevel + `base` + quotedPath)
)

// siteBuilders are looked for in this order. Frameworks that use Vite come before Vite.
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

// builderOf returns the program that builds the app's site; false where none does.
func builderOf(tree source.Tree, read packagejson.Manifest) (siteBuilder, bool) {
	return lo.Find(siteBuilders, func(builder siteBuilder) bool {
		return read.Depends(builder.dependency) && (builder.only == nil || builder.configured(tree, builder.only) != nil)
	})
}

// configured returns the groups of a pattern that the configuration matches; nil where it does not.
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
