package node

import (
	"github.com/zeitwork/zeitwork/activities/detect/node/project"
	"github.com/zeitwork/zeitwork/internal/jsconfig"
)

// kitAdapter is the adapter of SvelteKit, whose options may stand in Vite's configuration, too.
func (s builtSite) kitAdapter() jsconfig.Value {
	adapter := jsconfig.Value{}

	for _, name := range s.configs {
		config := project.ReadConfig(s.tree, s.directory(), name, s.settings)
		if adapter = config.At("kit", "adapter"); adapter.Module() != "" {
			return adapter
		}

		for _, plugin := range config.At("plugins").Items() {
			if adapter = plugin.Argument(0).At("adapter"); adapter.Module() != "" {
				return adapter
			}
		}
	}

	return adapter
}

// isStaticKit tells whether SvelteKit builds a site of files.
func (s builtSite) isStaticKit() bool {
	return s.kitAdapter().Module() == staticAdapter
}
