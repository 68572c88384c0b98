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

// Dockerfile is the data of the templates for apps with a package.json.
type Dockerfile struct {
	// What is being built, in words.
	What  string
	Image string
	Port  int

	// IsNPM says that npm is the manager. npm must be told to be silent about its own updates.
	IsNPM bool
	// Setup is the command that installs the manager; empty where the image has it.
	Setup string
	// Environment are the variables that the manager needs, as NAME=value.
	Environment []string
	// Packages are Debian's packages that the installation needs, and WhyPackages is a sentence that says why. Both are empty where it needs none.
	Packages, WhyPackages string
	// OpenSSL says that dependencies need OpenSSL's library.
	OpenSSL bool
	// Chromium says that the image has Debian's Chromium, for an app that drives it.
	Chromium bool
	// Playwright is the command by which Playwright installs the libraries that its browsers need; empty for an app without these.
	Playwright string

	// InstallFiles are all files that Install reads.
	InstallFiles string
	// WithoutScripts is the command that takes the scripts of Later out of the package.json files before Install runs; empty where there are none.
	WithoutScripts string
	// Install is the command that installs the dependencies.
	Install       string
	InstallMounts string
	// Later are scripts of the installation that need the sources.
	Later []laterScript
	// RunMounts are the mounts of every command of Yarn, which does not start without the variables that its configuration refers to, and of every one where
	// Prisma's configuration reads variables.
	RunMounts string

	// Exclude is a pattern of files that the build must not see; empty where there is none.
	Exclude string
	// AppDirectory is where the app stands in the image.
	AppDirectory string
	// Before are the build scripts of the packages of the workspace that the app needs.
	Before []laterScript
	// BuildEnvironment are variables of the build, as NAME=value.
	BuildEnvironment []string
	// Arguments are the names of variables that become part of what is built.
	Arguments   []string
	BuildMounts string
	// Build is the command that builds the app; empty where there is nothing to build.
	Build string

	// Prune is the command that takes out of the dependencies what only the build needs; empty where that is nothing.
	Prune string
	// Modules are the directories of the dependencies, relative to packagemanager.WorkDirectory.
	Modules []string
	// ModulesBuilt says that the build changes the dependencies.
	ModulesBuilt bool
	// WithManager says that the start command needs the manager.
	WithManager bool
	// EmptyFiles and BuildEmptyFiles are files with variables that the start command and the build demand and that are not in the source.
	EmptyFiles, BuildEmptyFiles []string
	// Programs are the directories in which the start command looks for programs of dependencies, unless a package manager runs it.
	Programs []string
	// RunDirectory is where the start command runs.
	RunDirectory string
	// Start is the start command, in the form of CMD.
	Start string
	// Host is a variable, as NAME=value, that makes the server listen to other machines; empty where it needs none.
	Host string

	// Output is the directory that the build leaves, relative to the app's; empty where only the build itself tells.
	Output string
	// AnyBase says that it is not known below which path a site expects to be served.
	AnyBase bool
	// Standalone is the directory in which the app stands in the output of Next.js' standalone server.
	Standalone string
	// AnyTracingRoot says that the app may stand elsewhere in the output of Next.js' standalone server.
	AnyTracingRoot bool
	// Entry is the file that starts Next.js' standalone server, relative to the top of its output.
	Entry string

	// beside are the names of the managers that scripts call beside the one that installs the dependencies.
	beside      []string
	setupBeside func(name string) string
}

// Dockerfile returns the data that do not depend on the framework, and adds the secrets that the Dockerfile mounts to the plan. what says in words
// what is being built. The build is that of the app's build script. Its errors are the user's.
func (p *Project) Dockerfile(plan *buildplan.Plan, what string) (*Dockerfile, error) {
	if err := p.checkOutside(); err != nil {
		return nil, err
	}

	files, err := p.InstallFiles()
	if err != nil {
		return nil, err
	}

	installSecrets := p.InstallSecrets()
	buildSecrets := p.buildSecrets(plan.Arguments)
	plan.Secrets = append(plan.Secrets, lo.Uniq(append(installSecrets, buildSecrets...))...)

	later := p.laterScripts()
	without := lo.Compact(append([]string{withoutScripts(later)}, p.hookScripts(later)...))
	packages, why := p.PackagesToInstall()
	directory := p.InApp()

	always := p.prismaSecrets()
	if p.Manager.Berry {
		always = installSecrets
	}

	runMounts := buildplan.SecretMounts(always)
	buildSecrets = lo.Without(buildSecrets, always...)

	dockerfile := &Dockerfile{
		What: what, Image: p.Node.Reference, Port: plan.Port,
		IsNPM: p.Manager.Name == packagemanager.NPM, Setup: p.Manager.Setup(), Environment: p.Manager.Environment(),
		Packages: strings.Join(packages, " "), WhyPackages: why, OpenSSL: p.usesPrisma(),
		InstallFiles: strings.Join(files, " "), WithoutScripts: strings.Join(without, " && "),
		Install: p.installBeside() + p.inInstallDirectory(p.install()), Later: p.scriptsForApp(later),
		RunMounts: runMounts, InstallMounts: p.CacheMount() + buildplan.SecretMounts(installSecrets),
		Exclude: p.excluded(), AppDirectory: directory, Before: p.builtBefore(), Arguments: plan.Arguments,
		Build: p.buildCommand(), BuildEnvironment: []string{"NODE_COMPILE_CACHE=" + compileCache},
		BuildMounts: compileCacheMount() + buildplan.SecretMounts(buildSecrets),
		Modules:     lo.Map(p.packages(), func(known packagejson.Package, _ int) string { return path.Join(known.Directory, "node_modules") }),

		RunDirectory: directory, BuildEmptyFiles: p.missingFiles(p.Build()), beside: lo.Without(managersOf(p.Build()), packagemanager.NPM, p.Manager.Name),
		setupBeside: p.setupBeside,
	}

	p.completeBrowser(dockerfile)

	return dockerfile, nil
}

// BuildStage is the stage of generated Dockerfiles that builds the app.
const BuildStage = "build"

// HasBase tells whether the stages have more in common than the image.
func (d *Dockerfile) HasBase() bool { return d.Setups() != "" || len(d.Environment) > 0 || d.OpenSSL }

// Elsewhere tells whether the build has to change to the app's directory first.
func (d *Dockerfile) Elsewhere() bool {
	return d.AppDirectory != packagemanager.WorkDirectory || len(d.Later)+len(d.Before) > 0
}

// HasBuild tells whether anything is done to the sources or to the dependencies once both are there.
func (d *Dockerfile) HasBuild() bool {
	return d.Build != "" || d.ModulesBuilt || len(d.Later)+len(d.Before) > 0
}

// Inside is the app's directory relative to the top of its workspace; empty for an app that is part of none.
func (d *Dockerfile) Inside() string {
	return strings.Trim(strings.TrimPrefix(d.AppDirectory, packagemanager.WorkDirectory), "/")
}

// CacheMount is the mount of the manager's cache; empty where the source brings the packages.
func (p *Project) CacheMount() string {
	if p.Manager.Cache() == "" {
		return ""
	}

	return buildplan.CacheMount(p.Manager.Name, p.Manager.Cache())
}

// compileCache is where Node 22.1 and newer keep what they have compiled of the build's tools, so that these start faster.
const compileCache = "/var/cache/node"

// compileCacheMount lets several builds use the cache at once, as Node replaces whole files.
func compileCacheMount() string {
	return fmt.Sprintf("--mount=type=cache,id=node,target=%s ", compileCache)
}

// excluded is the pattern of the files of Yarn's Plug'n'Play, which Node would prefer to the node_modules that are installed.
func (p *Project) excluded() string {
	if p.Manager.Berry && source.IsFile(p.managerFiles(), ".pnp.cjs") {
		return ".pnp.*"
	}

	return ""
}
