package packagemanager

import (
	"path"
)

// WorkDirectory is where generated Dockerfiles have the top of the workspace, or the app that is part of none.
const WorkDirectory = "/app"

// Cache is the directory in which the manager keeps what it downloads; empty where the source brings the packages.
func (m Manager) Cache() string {
	switch {
	case m.cacheCommitted:
		return ""
	case m.Name == PNPM:
		return "/pnpm/store"
	case m.Berry:
		return "/root/.yarn/berry/cache"
	case m.Name == Yarn:
		return "/root/.cache/yarn"
	case m.Name == Bun:
		return "/root/.bun/install/cache"
	default:
		return "/root/.npm"
	}
}

// Program is how a command calls the manager.
func (m Manager) Program() string {
	if m.Release != "" {
		return "node " + path.Join(WorkDirectory, m.Release)
	}

	return m.Name
}

// PlainInstall is the command with which a developer brings the lockfile up to date.
func (m Manager) PlainInstall() string { return m.Name + " install" }

// Install is the command that installs the dependencies: exactly what is locked, where there is a lockfile.
func (m Manager) Install() string {
	locked := m.Lockfile != ""

	switch {
	case m.Name == NPM && locked:
		return "npm ci --no-audit --no-fund"
	case m.Name == NPM:
		return "npm install --no-audit --no-fund"
	case m.Berry && locked:
		return m.Program() + " install --immutable"
	case m.Berry:
		return m.Program() + " install --no-immutable"
	case m.Name == PNPM && !locked:
		return "pnpm install --no-frozen-lockfile"
	case !locked:
		return m.Name + " install" + m.cacheFlag()
	default:
		return m.Name + " install --frozen-lockfile" + m.cacheFlag()
	}
}

// cacheFlag is the option that tells Yarn 1 where its cache is, as the default depends on the user. Other managers need none.
func (m Manager) cacheFlag() string {
	if m.Name == Yarn && !m.Berry {
		return " --cache-folder " + m.Cache()
	}

	return ""
}

// Prune is the command that takes the dependencies out of node_modules that only the build needs; empty where the manager has no such command. It runs no
// scripts of dependencies, as these have run before.
func (m Manager) Prune() string {
	switch {
	case m.Name == NPM:
		return "npm prune --omit=dev --ignore-scripts --no-audit --no-fund"
	case m.Name == PNPM:
		// Without the option pnpm keeps modules for a week after they are not needed any more.
		return "CI=true pnpm install --prod --frozen-lockfile --ignore-scripts --config.modules-cache-max-age=0"
	case m.Berry && m.major() >= focuses:
		return "YARN_ENABLE_SCRIPTS=false " + m.Program() + " workspaces focus --all --production"
	case m.Name == Bun:
		// bun takes nothing out of node_modules, but installs anew quickly.
		return "rm -rf node_modules && bun install --production --frozen-lockfile"
	case m.Berry:
		return ""
	default:
		return "yarn install --production --frozen-lockfile --ignore-scripts --prefer-offline" + m.cacheFlag()
	}
}

// focuses is the major version of Yarn since which `yarn workspaces focus` needs no plugin.
const focuses = 4

// Run is the command that runs a script of package.json.
func (m Manager) Run(script string) string { return m.Program() + " run " + script }

// Execute is the command that runs a program which a dependency brings.
func (m Manager) Execute(program string) string {
	switch m.Name {
	case PNPM:
		return "pnpm exec " + program
	case Yarn:
		return m.Program() + " run " + program
	case Bun:
		return "bunx " + program
	default:
		return "npx " + program
	}
}
