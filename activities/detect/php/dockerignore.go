package php

import "strings"

// laravelDockerignore leaves out of the build what the build makes itself, and what belongs to another environment.
func laravelDockerignore(assets *laravelAssets) string {
	lines := []string{
		".git", ".github", ".idea", ".vscode", "**/.DS_Store", ".env", ".env.local", ".env.*.local", "**/node_modules", "vendor",
		"bootstrap/cache/*.php", "public/hot", "public/storage",
		"storage/*.key", "storage/logs/*", "storage/framework/cache/data/*", "storage/framework/sessions/*", "storage/framework/views/*",
	}

	if assets != nil && assets.directory != publicDirectory {
		lines = append(lines, assets.directory)
	}

	return strings.Join(lines, "\n") + "\n"
}
