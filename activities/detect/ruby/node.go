package ruby

import (
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagejson"
	"github.com/zeitwork/zeitwork/activities/detect/node/packagemanager"
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/internal/problem"
)

// bundlingGems have the app's own package.json build assets.
var bundlingGems = []string{"jsbundling-rails", "cssbundling-rails", "vite_ruby", "shakapacker"}

// railsNode is the Node of a Rails app: what compiles its assets.
type railsNode struct {
	Image string
	// Setup installs the package manager, where the image lacks it.
	Setup, SetupMounts string
	Environment        []string
	// Files are all that Install reads; empty where there is no package.json.
	Files, Install, InstallMounts string
	// AtRuntime says that the app does not start without it.
	AtRuntime bool

	versions, missing map[string]string
	because           string
	secrets           []string
}

// node returns nil for an app that does without, such as one with import maps or the Tailwind gem.
func (a railsApp) node(settings buildplan.Settings) (*railsNode, error) {
	// ExecJS looks for a runtime as soon as it is loaded, unless a gem brings one.
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
			missing: table.Missing(table.Default, because), because: because,
		}, nil
	}

	app, err := project.Open(a.tree, settings, read)
	if err != nil {
		return nil, err
	}

	if app.App.Directory != "." {
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
		// The gems call yarn, which hands over to the release that the source brings.
		manager.Release = ""
		setup = manager.InstallGlobally("yarn@1")
	}

	node := &railsNode{
		Image: app.Node.Image, Setup: setup, SetupMounts: buildplan.CacheMount(packagemanager.NPM, packagemanager.Manager{Name: packagemanager.NPM}.Cache()), Environment: manager.Environment(),
		Files: strings.Join(files, " "), Install: manager.Install(), InstallMounts: app.CacheMount() + buildplan.SecretMounts(app.InstallSecrets()),
		AtRuntime: atRuntime,
		versions:  map[string]string{"node": app.Node.Line}, missing: app.Missing(), secrets: app.InstallSecrets(),
		because: "Node " + app.Node.Line + " builds the assets: " + app.Node.Because + ". " + manager.DisplayName() + ": " + manager.Because + ".",
	}

	if manager.Version != "" {
		node.versions[manager.Name] = manager.Version
	}

	return node, nil
}
