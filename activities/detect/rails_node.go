package detect

import (
	"strings"

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
func (a railsApp) node(settings Settings) (*railsNode, error) {
	// ExecJS looks for a runtime as soon as it is loaded, unless a gem brings one.
	atRuntime := a.lock.has("execjs") && !a.lock.has("mini_racer")

	read, found, err := readManifest(a.tree, ".")
	if err != nil {
		return nil, err
	}

	if !found || !a.lock.has(bundlingGems...) {
		if !atRuntime {
			return nil, nil //nolint:nilnil // No Node is none.
		}

		table := settings.BaseImages[runtimeNode]

		because := "The gem execjs needs Node " + table.Default + "."

		return &railsNode{
			Image: table.Images[table.Default], AtRuntime: true, versions: map[string]string{"node": table.Default},
			missing: table.missing(table.Default, because), because: because,
		}, nil
	}

	project, err := openNode(a.tree, settings, read)
	if err != nil {
		return nil, err
	}

	if project.app.directory != "." {
		return nil, problem.New(problem.Invalid,
			"package.json is part of a workspace above the Rails app, which its build does not see. Give the app a lockfile of its own, or add a Dockerfile.")
	}

	files, err := project.installFiles()
	if err != nil {
		return nil, err
	}

	manager := project.manager
	setup := manager.setup()

	if manager.release != "" {
		// The gems call yarn, which hands over to the release that the source brings.
		manager.release = ""
		setup = manager.globally("yarn@1")
	}

	node := &railsNode{
		Image: project.node.image, Setup: setup, SetupMounts: cacheMount(npm, packageManager{name: npm}.cache()), Environment: manager.environment(),
		Files: strings.Join(files, " "), Install: manager.install(), InstallMounts: project.cacheMount() + secretMounts(project.installSecrets()),
		AtRuntime: atRuntime,
		versions:  map[string]string{"node": project.node.version}, missing: project.missing(), secrets: project.installSecrets(),
		because: "Node " + project.node.version + " builds the assets: " + project.node.because + ". " + manager.displayName() + ": " + manager.because + ".",
	}

	if manager.version != "" {
		node.versions[manager.name] = manager.version
	}

	return node, nil
}
