package project

import (
	"fmt"
	"path"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

// Dockerfile is what the templates of apps with a package.json are filled with.
type Dockerfile struct {
	// What is built, in words.
	What  string
	Image string
	Port  int

	// IsNPM says that npm is the manager, which speaks of its own updates.
	IsNPM bool
	// Setup is the command that installs the manager; empty where the image has it. Environment goes with it.
	Setup       string
	Environment []string
	// Compilers says that dependencies may compile themselves, OpenSSL that they need its library.
	Compilers bool
	OpenSSL   bool

	// InstallFiles are all that Install reads. WithoutScripts takes the app's own scripts out of them, which run Later.
	InstallFiles   string
	WithoutScripts string
	Install        string
	InstallMounts  string
	Later          []laterScript
	// RunMounts are for every command of Yarn, which refuses to start without the variables that its configuration refers to.
	RunMounts string

	// Exclude is left out of the sources.
	Exclude string
	// AppDirectory is where the app stands in the image. Before are the packages of its workspace that are built before it.
	AppDirectory     string
	Before           []laterScript
	BuildEnvironment []string
	Arguments        []string
	BuildMounts      string
	// Build is empty where there is nothing to build.
	Build string

	// Prune takes out of the dependencies what only the build needs; empty where nothing is to be.
	Prune string
	// Modules are the directories of the dependencies, below workDirectory. ModulesBuilt says that the build makes them what they are.
	Modules      []string
	ModulesBuilt bool
	// WithManager says that the start command needs the manager.
	WithManager bool
	Start       string
	// Host is a variable, as NAME=value, without which the server would not be reached; empty where it needs none.
	Host string

	// Output is the directory that the build leaves, seen from the app's. Of Next.js' standalone server, Standalone is where the app stands in what
	// is collected, and Entry the file that starts it, seen from the top.
	Output     string
	Standalone string
	Entry      string
}

// Dockerfile fills in what does not depend on the framework, for the build of the app's build script.
func (p *Project) Dockerfile(plan *buildplan.Plan, what string) (*Dockerfile, error) {
	files, err := p.InstallFiles()
	if err != nil {
		return nil, err
	}

	installSecrets := p.InstallSecrets()
	buildSecrets := p.buildSecrets(plan.Arguments)
	plan.Secrets = append(plan.Secrets, lo.Uniq(append(installSecrets, buildSecrets...))...)

	later := p.laterScripts()
	directory := p.InApp()

	runMounts := ""
	if p.Manager.Berry {
		runMounts, buildSecrets = buildplan.SecretMounts(installSecrets), lo.Without(buildSecrets, installSecrets...)
	}

	return &Dockerfile{
		What: what, Image: p.Node.Image, Port: plan.Port,
		IsNPM: p.Manager.Name == packagemanager.NPM, Setup: p.Manager.Setup(), Environment: p.Manager.Environment(), Compilers: p.compiles(), OpenSSL: p.usesPrisma(),
		InstallFiles: strings.Join(files, " "), WithoutScripts: withoutScripts(later), Install: p.Manager.Install(), Later: p.scriptsForApp(later),
		RunMounts: runMounts, InstallMounts: p.CacheMount() + buildplan.SecretMounts(installSecrets),
		Exclude: p.excluded(), AppDirectory: directory, Before: p.builtBefore(), Arguments: plan.Arguments,
		BuildEnvironment: []string{"NODE_COMPILE_CACHE=" + compileCache}, BuildMounts: compileCacheMount() + buildplan.SecretMounts(buildSecrets), Build: p.buildCommand(),
		Modules: lo.Map(p.packages(), func(known packagejson.Package, _ int) string { return path.Join(known.Directory, "node_modules") }),
	}, nil
}

// BuildStage is the stage of generated Dockerfiles that builds sites.
const BuildStage = "build"

// HasBase tells whether stages share more than the image.
func (d *Dockerfile) HasBase() bool { return d.Setup != "" || len(d.Environment) > 0 || d.OpenSSL }

// Elsewhere tells whether the build has to change to the app's directory.
func (d *Dockerfile) Elsewhere() bool {
	return d.AppDirectory != packagemanager.WorkDirectory || len(d.Later)+len(d.Before) > 0
}

// HasBuild tells whether the app is more than its sources and its dependencies.
func (d *Dockerfile) HasBuild() bool {
	return d.Build != "" || d.ModulesBuilt || len(d.Later)+len(d.Before) > 0
}

// CacheMount is the manager's, with a space behind it, as all mounts have.
func (p *Project) CacheMount() string {
	if p.Manager.Cache() == "" {
		return ""
	}

	return buildplan.CacheMount(p.Manager.Name, p.Manager.Cache())
}

// compileCache is where Node, from 22.1 on, keeps what it has compiled of the build's tools, so that they start faster.
const compileCache = "/var/cache/node"

// compileCacheMount needs no lock: Node replaces whole files.
func compileCacheMount() string {
	return fmt.Sprintf("--mount=type=cache,id=node,target=%s ", compileCache)
}

// excluded is Yarn's Plug'n'Play, which would be preferred to the node_modules that are installed.
func (p *Project) excluded() string {
	if p.Manager.Berry && source.IsFile(p.files, ".pnp.cjs") {
		return ".pnp.*"
	}

	return ""
}
