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

	site := func(name, source, output, script, right string) tree {
		return tree{
			name: name, source: source, right: right,
			planned: planned{framework: buildplan.FrameworkStatic, says: []string{"mv " + output + " /output/site"}},
			ends:    end{path: "/", text: script},
		}
	}

	return []tree{
		{
			name: "04-start-by-another-script", source: "railwayapp/railpack#37",
			right:   "The start script runs another one, which needs a dependency for development: that is in the image.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{`CMD ["npm", "start"]`}, silent: []string{"npm prune"}},
			ends:    end{path: "/", text: "tsx answers"},
		},
		site("05-craco-start", craReports, "build", craScript,
			"craco is Create React App with another name for its commands: what it builds is served, not its development server."),
		site("05c-react-scripts-env", craReports, "build", craScript,
			"A variable stands before the command of Create React App: what it builds is served."),
		site("05d-vite-env-start", "microsoft/Oryx#2155", "dist", viteScript,
			"Vite's development server starts behind cross-env: what it builds is served."),
		site("05e-npm-run-dev", "microsoft/Oryx#2155", "dist", viteScript,
			"start runs the script dev: what Vite builds is served."),
		{
			name: "28-env-file", source: "ForestAdmin/lumber#159, zaidmukaddam/scira#216",
			right:   "The app demands a file .env, which nobody commits: it starts with the project's environment.",
			planned: planned{framework: buildplan.FrameworkNode, says: []string{"<<'EOF' .env"}},
			ends:    end{path: "/", text: "ok"},
		},
	}
}
