package detect

import (
	"fmt"
	"path"

	"github.com/Masterminds/semver/v3"
)

// workDirectory is where the top of the workspace stands in the image.
const workDirectory = "/app"

// setup is the command that puts the manager into the image; empty where it is there.
func (m packageManager) setup() string {
	switch {
	case m.name == npm && m.version == "" || m.release != "":
		return ""
	case m.berry:
		return m.globally("@yarnpkg/cli-dist@" + m.version)
	default:
		return m.globally(m.name + "@" + m.version)
	}
}

// globally installs with npm, which every image has. --force replaces the yarn 1 of the official images; bun is put together by a script,
// which npm 12 must be told to allow.
func (m packageManager) globally(what string) string {
	options := map[string]string{yarn: "--force ", bun: "--allow-scripts=bun "}

	return "npm install --global --no-update-notifier " + options[m.name] + what
}

// pinsItself is the pnpm that wants to find its own version in the lockfile.
const pinsItself = 11

// major is the first number of the version, 0 where none is known.
func (m packageManager) major() uint64 {
	version, err := semver.NewVersion(m.version)
	if err != nil {
		return 0
	}

	return version.Major()
}

// environment is what the manager needs to know at every call, as NAME=value.
func (m packageManager) environment() []string {
	switch {
	case m.name == pnpm && m.major() >= pinsItself:
		// The version that packageManager names is installed: pnpm need not see to that.
		return []string{"PNPM_HOME=/pnpm", "pnpm_config_pm_on_fail=ignore"}
	case m.name == pnpm:
		return []string{"PNPM_HOME=/pnpm"}
	case m.berry:
		return []string{"YARN_NODE_LINKER=node-modules", fmt.Sprintf("YARN_ENABLE_GLOBAL_CACHE=%t", !m.cacheCommitted), "YARN_ENABLE_TELEMETRY=0"}
	default:
		return nil
	}
}

// cache is the directory that the manager keeps downloads in; empty where the source brings them.
func (m packageManager) cache() string {
	switch {
	case m.cacheCommitted:
		return ""
	case m.name == pnpm:
		return "/pnpm/store"
	case m.berry:
		return "/root/.yarn/berry/cache"
	case m.name == yarn:
		return "/root/.cache/yarn"
	case m.name == bun:
		return "/root/.bun/install/cache"
	default:
		return "/root/.npm"
	}
}

// program is how the manager is called.
func (m packageManager) program() string {
	if m.release != "" {
		return "node " + path.Join(workDirectory, m.release)
	}

	return m.name
}

// plainInstall is what a developer runs to bring the lockfile up to date.
func (m packageManager) plainInstall() string { return m.name + " install" }

// install takes what the lockfile says and nothing else, where there is one.
func (m packageManager) install() string {
	locked := m.lockfile != ""

	switch {
	case m.name == npm && locked:
		return "npm ci --no-audit --no-fund"
	case m.name == npm:
		return "npm install --no-audit --no-fund"
	case m.berry && locked:
		return m.program() + " install --immutable"
	case m.berry:
		return m.program() + " install --no-immutable"
	case m.name == pnpm && !locked:
		return "pnpm install --no-frozen-lockfile"
	case !locked:
		return m.name + " install" + m.cacheFlag()
	default:
		return m.name + " install --frozen-lockfile" + m.cacheFlag()
	}
}

// cacheFlag tells yarn 1 where its cache is, as its default depends on the user.
func (m packageManager) cacheFlag() string {
	if m.name == yarn && !m.berry {
		return " --cache-folder " + m.cache()
	}

	return ""
}

// prune takes what only the build needs out of what is installed; empty where the manager cannot. Scripts have done their work before.
func (m packageManager) prune() string {
	switch {
	case m.name == npm:
		return "npm prune --omit=dev --ignore-scripts --no-audit --no-fund"
	case m.name == pnpm:
		// It would keep for a week what is not needed any more.
		return "CI=true pnpm install --prod --frozen-lockfile --ignore-scripts --config.modules-cache-max-age=0"
	case m.berry && m.major() >= focuses:
		return "YARN_ENABLE_SCRIPTS=false " + m.program() + " workspaces focus --all --production"
	case m.name == bun:
		// It takes nothing away, but is quick.
		return "rm -rf node_modules && bun install --production --frozen-lockfile"
	case m.berry:
		return ""
	default:
		return "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline" + m.cacheFlag()
	}
}

// focuses is the Yarn that has the command built in.
const focuses = 4

// run starts a script of package.json.
func (m packageManager) run(script string) string { return m.program() + " run " + script }

// execute starts a program of a dependency.
func (m packageManager) execute(program string) string {
	switch m.name {
	case pnpm:
		return "pnpm exec " + program
	case yarn:
		return m.program() + " run " + program
	case bun:
		return "bunx " + program
	default:
		return "npx " + program
	}
}
