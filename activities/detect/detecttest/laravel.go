package detecttest

import "maps"

// NewLaravel returns the files of an app, with what is given over them. An empty content takes a file away.
func NewLaravel(changes map[string]string) map[string]string {
	files := map[string]string{
		"artisan":       "#!/usr/bin/env php\n",
		"composer.json": `{"require":{"php":"^8.2","laravel/framework":"^12.0"}}`,
		"composer.lock": `{"packages":[{"name":"laravel/framework","version":"v12.10.1","require":{"php":"^8.2","ext-mbstring":"*","ext-openssl":"*"}}],` +
			`"platform":{"php":"^8.2"},"platform-overrides":[]}`,
		"bootstrap/app.php": "<?php\nreturn Application::configure()->withRouting(\n    web: 'web.php',\n    health: '/up',\n)->create();\n",
	}
	maps.Copy(files, changes)
	maps.DeleteFunc(files, func(_, content string) bool { return content == "" })

	return files
}

// ViteManifest is a package.json whose build makes assets, ViteLock its package-lock.json.
const (
	ViteManifest = `{"private":true,"scripts":{"build":"vite build"},"devDependencies":{"laravel-vite-plugin":"^2.0.0","vite":"^7.0.0"}}`
	ViteLock     = `{"lockfileVersion":3,"packages":{"":{"devDependencies":{"laravel-vite-plugin":"^2.0.0","vite":"^7.0.0"}},` +
		`"node_modules/laravel-vite-plugin":{"version":"2.0.0"},"node_modules/vite":{"version":"7.1.0"}}}`
)
