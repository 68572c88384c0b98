package main

import "github.com/zeitwork/zeitwork/activities/detect/buildplan"

// fileTrees have what a commit holds but a source of plain files does not.
func fileTrees() []tree {
	const open = "what the clone finds in the commit"

	return []tree{
		{
			name: "23-submodule", source: "coollabsio/coolify#795, coollabsio/coolify#2731, denoland/deploy_feedback#181", finish: addSubmodule,
			right:   "The site needs files of a submodule: the deployment says that submodules are not fetched.",
			planned: planned{framework: buildplan.FrameworkStatic, open: open},
			ends:    end{path: "/", text: "with a theme", log: []string{"The directory theme is empty: it is a submodule"}},
		},
		{
			name: "24-git-lfs", source: "Dokploy/dokploy#1923, Dokploy/dokploy#807, caprover/caprover#2084, dokku/dokku#2401", finish: trackByLFS,
			right:   "An image is in Git LFS, whose server does not have it: the deployment says so, and does not serve its pointer without a word.",
			planned: planned{framework: buildplan.FrameworkStatic, open: open},
			ends:    end{path: "/", text: "logo.png", log: []string{"In place of logo.png there stands a pointer"}},
		},
		{
			name: "25-name-not-utf8", source: "docker/buildx#2850", finish: addLatin1Name,
			right:   "A file's name is Latin-1: the sentence names the file.",
			planned: planned{framework: buildplan.FrameworkStatic, open: "that the builder does not take the file"},
			ends:    end{fails: []string{`docs/r\xe9sum\xe9.txt`, "not UTF-8"}},
		},
	}
}
