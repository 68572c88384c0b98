package architecture_test

import "strings"

// rule forbids the packages below one folder to import others.
type rule struct {
	// from is a folder of the module; the rule holds for every package in it.
	from string
	// never are packages with all that is below them; those without a dot in the first element are folders of the module. One that
	// ends in "!" stands for that package alone.
	never []string
	// evenIndirectly extends the rule to what the imported packages import.
	evenIndirectly bool
	// testsToo extends the rule to what the packages' tests import themselves, what every test may import excepted.
	testsToo bool
	reason   string
}

func rules() []rule {
	return []rule{
		{
			from:           "nodeagent",
			never:          []string{"cmd", "api", "workflows", "edgeproxy", "builder", "activities", "database", "local", "test", "examples", "github.com/jackc/pgx"},
			evenIndirectly: true, testsToo: true,
			reason: "it runs on metal beside customers' code: it holds no database password and knows the platform only through /v1",
		},
		{
			from:           "edgeproxy",
			never:          []string{"cmd", "api", "workflows", "nodeagent", "builder", "activities", "database", "local", "test", "examples", "github.com/jackc/pgx"},
			evenIndirectly: true, testsToo: true,
			reason: "it faces the internet: it holds no database password and knows the platform only through /v1",
		},
		{
			from:           "builder",
			never:          []string{"cmd", "api", "workflows", "nodeagent", "edgeproxy", "activities", "database", "local", "test", "examples", "github.com/jackc/pgx"},
			evenIndirectly: true, testsToo: true,
			reason: "it runs anyone's builds on machines of its own, which hold no database password and no platform of one machine",
		},
		{
			from: "api", never: []string{"cmd", "nodeagent", "edgeproxy", "builder", "local", "test", "examples"}, evenIndirectly: true,
			reason: "api reads and writes rows; what touches VMs and builds happens in nodes and workers",
		},
		{
			// Not indirectly: api enqueues workflows, whose activities build.
			from: "api", never: []string{"github.com/containerd/containerd", "github.com/moby/buildkit"},
			reason: "api reads and writes rows; what touches VMs and builds happens in nodes and workers",
		},
		{
			from: "workflows", never: []string{"cmd", "api", "nodeagent", "edgeproxy", "builder", "local", "test", "examples"}, evenIndirectly: true,
			reason: "workflows decide; services and nodes ask them and are not asked back",
		},
		{
			from:           "activities",
			never:          []string{"cmd", "api", "workflows", "nodeagent", "edgeproxy", "builder", "local", "test", "examples", "github.com/riverqueue"},
			evenIndirectly: true,
			reason:         "an activity does one thing to the outside world and does not know when or why",
		},
		{
			from: "activities/detect", never: []string{"activities!"}, evenIndirectly: true,
			reason: "detecting turns files into a plan: it touches nothing outside, and activities use it",
		},
		{
			from:           "database",
			never:          []string{"cmd", "api", "workflows", "nodeagent", "edgeproxy", "builder", "activities", "client", "local", "test", "examples"},
			evenIndirectly: true, testsToo: true,
			reason: "the database is below everything that uses it",
		},
		{
			from:           "internal",
			never:          []string{"cmd", "api", "workflows", "nodeagent", "edgeproxy", "builder", "activities", "database", "client", "local", "test", "examples"},
			evenIndirectly: true, testsToo: true,
			reason: "internal packages are leaves that everything may use",
		},
		{
			from: "client",
			never: []string{
				"cmd", "api", "workflows", "nodeagent", "edgeproxy", "builder", "activities", "database", "internal", "local", "test", "examples",
			},
			evenIndirectly: true, testsToo: true,
			reason: "users' programs import it, which must get nothing of the platform's inside with it",
		},
		{
			from: "cmd", never: []string{"test", "release"}, evenIndirectly: true,
			reason: "the binary that users install holds no code that is there for tests, or that makes it",
		},
		{
			from: "local", never: []string{"cmd", "api", "workflows", "nodeagent", "edgeproxy", "activities", "database", "test", "examples"}, evenIndirectly: true,
			reason: "it runs the services as processes and talks to them through /v1, as every operator does",
		},
		{
			from: "local/fakegithub", never: []string{"internal", "client", "local/cluster", "local/daemon", "local/toolchain"}, evenIndirectly: true,
			reason: "it answers as GitHub does, not as our client of GitHub expects",
		},
		{
			from: "examples", never: []string{"local", "test"}, evenIndirectly: true, testsToo: true,
			reason: "examples are apps, and `zeitwork up` brings one of them",
		},
	}
}

func (r rule) forbids(path string) bool {
	for _, prefix := range r.never {
		if first, _, _ := strings.Cut(prefix, "/"); !strings.Contains(first, ".") {
			prefix = module + "/" + prefix
		}

		alone, isAlone := strings.CutSuffix(prefix, "!")
		if isAlone && path == alone || !isAlone && within(path, prefix) {
			return true
		}
	}

	return false
}
