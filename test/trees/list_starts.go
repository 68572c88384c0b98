package main

import "github.com/zeitwork/zeitwork/activities/detect/buildplan"

// startTrees start by what is no server for production, or needs what an image has not by itself.
func startTrees() []tree {
	const (
		craReports = "dilanx/craco#233, DocSpring/craco-less#10, microsoft/Oryx#2155, caprover/caprover#112"
		// craScript is the script in the page of a production build; the development server names it otherwise.
		craScript  = "/static/js/main."
		viteScript = "/assets/index-"
	)

	site := func(name, source, right, from, text string) tree {
		return tree{
			name: name, source: source, right: right,
			planned: planned{framework: buildplan.FrameworkStatic, says: []string{from}}, ends: end{path: "/", text: text},
		}
	}

	return []tree{
		{
			name: "04-start-by-another-script", source: "railwayapp/railpack#37",
			right:   "The start script runs another one, which needs a dependency for development: that is in the image.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{`CMD ["npm", "start"]`}, silent: []string{"npm prune"}}, ends: end{path: "/", text: "tsx answers"},
		},
		site("05-craco-start", craReports, "craco is Create React App with another name for its commands: what it builds is served, not its development server.",
			"mv build /output/site", craScript),
		site("05c-react-scripts-env", craReports, "A variable stands before the command of Create React App: what it builds is served.", "mv build /output/site", craScript),
		site("05d-vite-env-start", "microsoft/Oryx#2155", "Vite's development server starts behind cross-env: what it builds is served.", "mv dist /output/site", viteScript),
		site("05e-npm-run-dev", "microsoft/Oryx#2155", "start runs the script dev: what Vite builds is served.", "mv dist /output/site", viteScript),
		{
			name: "28-env-file", source: "ForestAdmin/lumber#159, zaidmukaddam/scira#216",
			right:   "The app demands a file .env, which nobody commits: it starts with the project's environment.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"<<'EOF' .env"}}, ends: end{path: "/", text: "ok"},
		},
	}
}
