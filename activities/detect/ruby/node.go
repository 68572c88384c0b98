package ruby

import (
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// bundlingGems are those that build assets with what the app's package.json depends on.
var bundlingGems = []string{"jsbundling-rails", "cssbundling-rails", "vite_ruby", "shakapacker", "webpacker"}

// railsNode is the Node of a Rails app, which builds its assets.
type railsNode struct {
	Image string
	// Setup is the command that installs the package manager; empty where the image has it.
	Setup, SetupMounts string
	Environment        []string
	// Files are all files that Install reads. Both are empty where there is no package.json.
	Files, Install, InstallMounts string
	// AtRuntime says that the app does not start without Node.
	AtRuntime bool

	// versions, missing and secrets are those of the plan. because is a sentence of its Reason.
	versions, missing map[string]string
	packages          []string
	secrets           []string
	because           string
}

// node returns nil for an app that does without Node, such as one with import maps or with the gem of Tailwind.
func (a railsApp) node(settings buildplan.Settings) (*railsNode, error) {
	// ExecJS looks for Node as soon as it is loaded, unless a gem brings another runtime.
	atRuntime := a.lock.Has("execjs") && !a.lock.Has("mini_racer")

	read, found, err := packagejson.Read(a.tree, ".")
	if err != nil {
		return nil, err
	}

	if !found || !a.lock.Has(bundlingGems...) {
		if !atRuntime {
			return nil, nil //nolint:nilnil // No Node is none.
		}

		table := settings.BaseImages[buildplan.RuntimeNode]

		because := "The gem execjs needs Node " + table.Default + "."

		return &railsNode{
			Image: table.Images[table.Default], AtRuntime: true, versions: map[string]string{"node": table.Default},
			missing: table.Missing(table.OfLine(table.Default), because), because: because,
		}, nil
	}

	app, err := project.Open(a.tree, settings, read)
	if err != nil {
		return nil, err
	}

	if app.InstalledApart() {
		return nil, problem.New(problem.Invalid,
			"package.json depends on directories outside of the Rails app, which its build does not see. Move them into the app, or add a Dockerfile.")
	}

	if app.InWorkspace() {
		return nil, problem.New(problem.Invalid,
			"package.json is part of a workspace above the Rails app, which its build does not see. Give the app a lockfile of its own, or add a Dockerfile.")
	}

	files, err := app.InstallFiles()
	if err != nil {
		return nil, err
	}

	manager := app.Manager
	setup := manager.Setup()

	if manager.Release != "" {
		// The gems call yarn. Yarn 1 hands over to the Yarn that the source brings.
		manager.Release = ""
		setup = manager.InstallGlobally("yarn@1")
	}

	packages, _ := app.PackagesToInstall()

	node := &railsNode{
		Image: app.Node.Reference, Environment: manager.Environment(),
		Setup: setup, SetupMounts: buildplan.CacheMount(packagemanager.NPM, packagemanager.Manager{Name: packagemanager.NPM}.Cache()),
		Files: strings.Join(files, " "), Install: strings.Join(append(app.BeforeInstall(), manager.Install()), " && "),
		InstallMounts: app.CacheMount() + buildplan.SecretMounts(app.InstallSecrets()),
		AtRuntime:     atRuntime,
		versions:      map[string]string{"node": app.Node.Version}, missing: app.Missing(), packages: packages, secrets: app.InstallSecrets(),
		because: "Node " + app.Node.Version + " builds the assets: " + app.Node.Because + ". " + manager.DisplayName() + ": " + manager.Because + ".",
	}

	if manager.Version != "" {
		node.versions[manager.Name] = manager.Version
	}

	return node, nil
}
