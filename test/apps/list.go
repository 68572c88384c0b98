package main

import (
	"context"
	"slices"

	"github.com/zeitwork/zeitwork/test/fixtures"
	"github.com/zeitwork/zeitwork/test/rig"
)

// The generators, with the versions that these were tried with. Each brings its templates along: those that fetch theirs from elsewhere, or whose
// packages npm's registry did not have, are left out.
const (
	createNext       = "create-next-app@16.4.3"
	createVite       = "create-vite@9.3.0"
	createViteExtra  = "create-vite-extra@5.0.3"
	createSvelte     = "sv@0.17.1"
	createVue        = "create-vue@3.24.0"
	createNest       = "@nestjs/cli@12.0.8"
	createAngular    = "@angular/cli@22.2.7"
	createDocusaurus = "create-docusaurus@3.10.2"
	createReact      = "create-react-app@5.1.0"
	createFastify    = "fastify-cli@8.0.2"
	createExpress    = "express-generator@4.16.1"
	createEmber      = "ember-cli@7.3.0"
	createRspack     = "create-rspack@2.2.3"
	createSlidev     = "create-slidev@52.15.2"
	createRsbuild    = "create-rsbuild@2.1.13"
	createVueCLI     = "@vue/cli@5.0.9"
	createHexo       = "hexo-cli@4.3.2"
	createTanStack   = "@tanstack/cli@0.71.0"
	createLoopBack   = "@loopback/cli@7.0.17"
	createKoa        = "koa-generator@1.1.17"
	createAdonis     = "create-adonis-ts-app@4.2.7"
)

// applications are all that are deployed, in this order.
func applications() []application {
	return slices.Concat(nextApps(), viteApps(), siteApps(), serverApps(), otherLanguages(), wholeApps())
}

func nextApps() []application {
	next := func(name string, m manager, flags ...string) application {
		// The template that is not empty loads fonts from Google while it is built.
		command := append([]string{"create-next-app", generated, "--yes", "--empty", "--skip-install", "--disable-git", "--use-npm"}, flags...)

		return application{name: name, framework: "Next.js", manager: m, write: generatedBy(createNext, command...), text: "Hello"}
	}

	return []application{
		next("next-npm", npm, "--ts", "--eslint", "--tailwind", "--app", "--src-dir", "--import-alias", "@/*"),
		next("next-pnpm", pnpm, "--js", "--no-linter", "--no-tailwind", "--no-app", "--no-src-dir", "--import-alias", "@/*"),
		next("next-yarn", yarn1, "--ts", "--no-linter", "--tailwind", "--app", "--no-src-dir", "--import-alias", "@/*"),
		next("next-yarn4", yarn4, "--js", "--no-linter", "--no-tailwind", "--app", "--src-dir", "--import-alias", "~/*"),
		next("next-bun", bun, "--ts", "--biome", "--no-tailwind", "--app", "--no-src-dir", "--import-alias", "@/*"),
	}
}

// tried sets the version of Vite that the applications were tried with.
const tried = "devDependencies.vite=8.3.8"

func viteApps() []application {
	vite := func(template string, m manager) application {
		return application{
			name: "vite-" + template, framework: "Vite", manager: m, text: "<title>" + generated + "</title>",
			write: withManifest(generatedBy(createVite, "create-vite", generated, "--template", template, "--no-interactive"), tried),
		}
	}

	return []application{
		vite("react-ts", npm),
		vite("vue-ts", pnpm),
		vite("svelte-ts", npm),
		vite("solid-ts", pnpm),
		vite("preact", bun),
		vite("lit-ts", npm),
		vite("vanilla", npm),
		{
			name: "vue-router", framework: "Vue (create-vue)", manager: pnpm, text: "<title>Vite App</title>", path: "/about",
			write: withManifest(generatedBy(createVue, "create-vue", generated, "--ts", "--router", "--pinia"), tried),
		},
		{
			name: "vite-ssr", framework: "Vite with a server", manager: npm, text: "<title>" + generated + "</title>",
			// Its package.json has no start script; preview serves what was built.
			write: withManifest(generatedBy(createViteExtra, "create-vite-extra", generated, "--template", "ssr-react-ts"), "scripts.start=npm run preview", tried),
		},
	}
}

func siteApps() []application {
	return []application{
		{
			name: "angular", framework: "Angular", manager: pnpm, text: "<title>App</title>",
			write: generatedBy(createAngular, "ng", "new", generated, "--skip-install", "--skip-git", "--defaults", "--interactive=false",
				"--package-manager", "pnpm"),
		},
		{
			name: "docusaurus", framework: "Docusaurus", manager: pnpm, text: "Docusaurus", path: "/docs/intro/",
			write: generatedBy(createDocusaurus, "create-docusaurus", generated, "classic", "--typescript", "--skip-install", "--package-manager", "npm"),
		},
		{
			name: "create-react-app", framework: "Create React App", manager: npm, text: "<title>React App</title>",
			write: generatedBy(createReact, "create-react-app", generated),
		},
		{
			name: "ember", framework: "Ember", manager: pnpm, text: "<title>AppWeb</title>",
			write: withManifest(
				generatedBy(createEmber, "ember", "new", "app-web", "--directory", generated, "--skip-npm", "--skip-git", "--no-interactive"), tried),
		},
		{
			name: "rspack", framework: "Rspack", manager: npm, text: "<title>Rspack + React + TS</title>",
			write: generatedBy(createRspack, "create-rspack", generated, "--template", "react-ts"),
		},
		{
			name: "slidev", framework: "Slidev", manager: pnpm, text: "Slidev",
			// A package that Slidev depends on allows a newer markdown-it than it works with.
			write: withManifest(generatedBy(createSlidev, "create-slidev", generated), "pnpm.overrides.markdown-it=14.1.0"),
		},
		{
			name: "rsbuild", framework: "Rsbuild", manager: yarn4, text: "<title>Rsbuild",
			write: generatedBy(createRsbuild, "create-rsbuild", generated, "--template", "react-ts"),
		},
		{
			name: "vue-cli", framework: "Vue CLI", manager: npm, text: "<title>" + generated + "</title>",
			write: generatedBy(createVueCLI, "vue", "create", generated, "--default", "--no-git", "--skipGetStarted", "--packageManager", "npm"),
		},
		{
			name: "vitepress", framework: "VitePress", manager: pnpm, text: "<title>My Awesome Project", write: writeVitePress("1.6.4"),
		},
		{
			name: "hexo", framework: "Hexo", manager: yarn1, text: "Hello World", path: "/archives/",
			write: generatedBy(createHexo, "hexo", "init", generated, "--no-clone", "--no-install"),
		},
	}
}

func serverApps() []application {
	return []application{
		{
			name: "sveltekit", framework: "SvelteKit", manager: npm, text: "to your new",
			write: withManifest(generatedBy(createSvelte, "sv", "create", generated, "--template", "demo", "--types", "ts", "--no-install",
				"--add", "sveltekit-adapter=adapter:node"), tried),
		},
		{
			name: "nest-pnpm", framework: "NestJS", manager: pnpm, text: "Hello World!",
			write: generatedBy(createNest, "nest", "new", generated, "--skip-install", "--skip-git", "--package-manager", "pnpm"),
		},
		{
			name: "fastify", framework: "Fastify", manager: yarn1, text: `{"root":true}`,
			write: generatedBy(createFastify, "fastify", "generate", generated),
		},
		{
			name: "express", framework: "Express", manager: npm, text: "Welcome to Express",
			write: generatedBy(createExpress, "express", generated, "--view=pug"),
		},
		{
			name: "express-bun", framework: "Express", manager: bun, text: "Welcome to Express",
			write: generatedBy(createExpress, "express", generated, "--view=ejs"),
		},
		{
			name: "tanstack-start", framework: "TanStack Start", manager: pnpm, text: "<title>TanStack Start Starter</title>",
			write: withManifest(generatedBy(createTanStack, "tanstack", "create", generated, "--framework", "React", "--deployment", "nitro",
				"--package-manager", "pnpm", "--no-install", "--no-git", "--no-intent", "--non-interactive"), tried),
		},
		{
			// The generator writes a Dockerfile.
			name: "loopback", framework: "LoopBack", manager: npm, text: "Hello from LoopBack", path: "/ping",
			write: generatedBy(createLoopBack, "lb4", "app", generated, "--yes", "--skip-install", "--config", `{"docker":true,"loopbackBuild":true}`),
		},
		{
			name: "koa", framework: "Koa", manager: pnpm, text: "Hello Koa 2!",
			write: generatedBy(createKoa, "koa2", generated, "--ejs"),
		},
		{
			name: "adonis", framework: "AdonisJS", manager: npm, text: "<title>AdonisJS",
			// The types of newer Nodes are not for the TypeScript that this version of AdonisJS has.
			write: withManifest(generatedBy(createAdonis, "create-adonis-ts-app", generated, "--name", generated, "--boilerplate", "web", "--no-eslint",
				"--no-prettier", "--no-encore"), "devDependencies.@types/node=18.19.50"),
			variables: map[string]string{
				"HOST": "0.0.0.0", "PORT": "3333", "NODE_ENV": "production", "APP_KEY": secret, "APP_NAME": generated, "CACHE_VIEWS": "true",
				"SESSION_DRIVER": "cookie", "DRIVE_DISK": "local",
			},
		},
	}
}

// secret is long enough for every framework.
const secret = "only-for-trying-only-for-trying-only-for-trying-only-for-trying"

func otherLanguages() []application {
	return []application{
		{
			name: "rails", framework: "Rails", text: "Hello from Rails",
			write:     func(ctx context.Context, dir string) error { return fixtures.WriteRails(ctx, dir, rig.CacheDir()) },
			variables: map[string]string{"SECRET_KEY_BASE": secret},
		},
		{
			name: "laravel", framework: "Laravel", text: "Hello from Laravel",
			write:     func(ctx context.Context, dir string) error { return fixtures.WriteLaravel(ctx, dir, rig.CacheDir()) },
			variables: map[string]string{"APP_KEY": "base64:b25seS1mb3ItbWVhc3VyaW5nLW9ubHktZm9yLW1lYXM="},
		},
	}
}

// wholeApps are applications that people use, from where their makers publish the sources.
func wholeApps() []application {
	return []application{
		{
			name: "redmine", framework: "Rails", text: "Redmine",
			write:     func(ctx context.Context, dir string) error { return fixtures.WriteRedmine(ctx, dir, rig.CacheDir()) },
			variables: map[string]string{"SECRET_KEY_BASE": secret},
		},
		{
			name: "node-red", framework: "Express", manager: npm, text: "<title>Node-RED</title>",
			write: published("node-red@5.0.7"),
		},
		{
			name: "federated-wiki", framework: "Express", manager: pnpm, text: "Welcome Visitors", path: "/welcome-visitors.html",
			write: published("wiki@0.40.2"),
			// It listens on 3000, and does not look at the variable, by which Zeitwork knows.
			variables: map[string]string{"PORT": "3000"},
		},
		{
			name: "gentelella", framework: "Vite", manager: npm, text: "Gentelella", path: "/production/index.html",
			write: withManifest(published("gentelella@4.2.0", "dist"), tried),
		},
		{
			name: "astro-accelerator", framework: "Astro", manager: pnpm8, text: "Welcome to Astro Accelerator",
			// It also imports packages that it does not name.
			write: withManifest(withCopy(published("astro-accelerator@5.10.19"), "sample/src", "src"), "dependencies.csv-parse=^6.1.0",
				"dependencies.hastscript=^9.0.1", "dependencies.mdast-util-to-string=^4.0.0", "dependencies.unist-util-visit=^5.0.0"),
		},
	}
}
