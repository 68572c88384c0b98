package main

import (
	"net/netip"
	"time"

	"github.com/zeitwork/zeitwork/internal/doctor"
	"github.com/zeitwork/zeitwork/internal/github"
	"github.com/zeitwork/zeitwork/internal/logging"
	"github.com/zeitwork/zeitwork/internal/postgresbin"
	"github.com/zeitwork/zeitwork/internal/setting"
	"github.com/zeitwork/zeitwork/local/cluster"
	"github.com/zeitwork/zeitwork/local/toolchain"
)

// upConfig is the configuration of the local platform.
//
//nolint:lll // One variable a line, with its documentation.
type upConfig struct {
	Log       logging.Config
	Toolchain toolchain.Config
	Postgres  postgresbin.Config
	setting.Cluster

	GitHub github.Config
	App    github.AppConfig

	DataDir      string        `doc:"Directory of everything that the local platform keeps."                              env:"ZEITWORK_DATA_DIR"         envDefault:"/var/lib/zeitwork"`
	APIPort      int           `doc:"Port of the API on 127.0.0.1."                                                       env:"ZEITWORK_UP_API_PORT"      envDefault:"8000"`
	EdgePort     int           `doc:"Port of the edge proxy on 127.0.0.1."                                                env:"ZEITWORK_UP_EDGE_PORT"     envDefault:"8080"`
	PostgresPort int           `doc:"Port of Postgres on 127.0.0.1."                                                      env:"ZEITWORK_UP_POSTGRES_PORT" envDefault:"15432"`
	RegistryPort int           `doc:"Port of the registry on 127.0.0.1."                                                  env:"ZEITWORK_UP_REGISTRY_PORT" envDefault:"15000"`
	GitHubPort   int           `doc:"Port on 127.0.0.1 of the demo GitHub, which stands in for GitHub while no App is configured."  env:"ZEITWORK_UP_GITHUB_PORT"   envDefault:"8090"`
	BuildRange   netip.Prefix  `doc:"Addresses of the local platform's builds; nothing else on this machine may use them." env:"ZEITWORK_UP_BUILD_RANGE"   envDefault:"10.78.0.0/16"`
	Sweep        time.Duration `doc:"How often layers that no image has any more are deleted while the local platform runs; pushes wait meanwhile. 0: only when it starts." env:"ZEITWORK_UP_SWEEP_INTERVAL" envDefault:"6h"`
	BuildCache   int64         `doc:"How much disk the local platform's build cache may use, in bytes; the oldest goes first." env:"ZEITWORK_UP_BUILD_CACHE_BYTES" envDefault:"20000000000"`
}

func (c upConfig) examination() doctor.Options {
	return doctor.Options{
		DataDir: c.DataDir, CacheDir: c.Toolchain.CacheDir, PostgresBin: c.Postgres.Folder,
		Ports: []doctor.Port{
			{Name: "API", Number: c.APIPort}, {Name: "EDGE", Number: c.EdgePort},
			{Name: "GITHUB", Number: c.GitHubPort}, {Name: "POSTGRES", Number: c.PostgresPort}, {Name: "REGISTRY", Number: c.RegistryPort},
		},
	}
}

func (c upConfig) options() cluster.Options {
	options := cluster.Options{
		DataDir: c.DataDir, CacheDir: c.Toolchain.CacheDir, PostgresBin: c.Postgres.Folder,
		Ports:        cluster.Ports{API: c.APIPort, Edge: c.EdgePort, Postgres: c.PostgresPort, Registry: c.RegistryPort, GitHub: c.GitHubPort},
		ClusterRange: c.ClusterRange, BuildRange: c.BuildRange, Bridge: "zeitwork0",
		BuildCacheBytes: c.BuildCache, SweepInterval: c.Sweep,
		GitHub: cluster.GitHub{
			URL: c.GitHub.URL, APIURL: c.GitHub.APIURL, AppID: c.App.ID, ClientSecret: c.App.ClientSecret, PrivateKey: c.App.PrivateKey,
		},
	}

	if !c.App.IsSet() {
		options.SeedGitHub = seedGitHub
	}

	return options
}
