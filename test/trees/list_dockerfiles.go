package main

import "github.com/zeitwork/zeitwork/activities/detect/buildplan"

// dockerfileTrees bring a Dockerfile.
func dockerfileTrees() []tree {
	const starts = "what the image starts with"

	return []tree{
		{
			name: "15-dockerfile-arg", source: "Dokploy/dokploy#1244, Dokploy/dokploy#2207, coollabsio/coolify#7118, vercel/next.js#34875",
			right:     "The Dockerfile declares an ARG that the project has a variable for, public by its name: the build gets it.",
			variables: map[string]string{"NEXT_PUBLIC_API_URL": "https://api.example.com"},
			planned:   planned{framework: buildplan.FrameworkDockerfile, says: []string{"argument NEXT_PUBLIC_API_URL"}},
			ends:      end{path: "/", text: "built with [https://api.example.com]"},
		},
		{
			name: "22-dockerfile-features", source: "moby/buildkit#732, moby/buildkit#343, moby/moby#32041", finish: linkDockerfile,
			right: "The Dockerfile is a link and has a byte order mark, ARG before FROM, heredocs, COPY --from=0, a stage that is not used, EXPOSE with a " +
				"variable and with UDP, and ENTRYPOINT with a CMD in shell form, and .dockerignore leaves it out: the app answers on the port that it exposes.",
			planned: planned{framework: buildplan.FrameworkDockerfile, says: []string{"exposes port 4000"}},
			ends:    end{path: "/", text: "/srv/app 1000 from-heredoc"},
		},
		{
			name: "22b-dockerfile-crlf", source: "rails/rails#46944",
			right:   "The Dockerfile has the line ends of Windows, and a heredoc: it is built.",
			planned: planned{framework: buildplan.FrameworkDockerfile, says: []string{"exposes the ports 3000, 3001"}},
			ends:    end{path: "/", text: `"made.txt"`},
		},
		{
			name: "26-entrypoint-crlf", source: "testdrivenio/django-on-docker#26, ryanwi/rails7-on-docker#161",
			right:   "The entrypoint has the line ends of Windows, so that the kernel looks for another program: the sentence says so.",
			planned: planned{framework: buildplan.FrameworkDockerfile, open: starts},
			ends:    end{fails: []string{"entrypoint.sh", "end as on Windows"}},
		},
		{
			name: "26b-entrypoint-not-executable", source: "basecamp/kamal#279",
			right:   "The entrypoint is not executable: the sentence says so.",
			planned: planned{framework: buildplan.FrameworkDockerfile, open: starts},
			ends:    end{fails: []string{"entrypoint.sh", "not executable"}},
		},
		{
			name: "27-port-80-no-expose", source: "Dokploy/dokploy#233",
			right:   "The app listens on 80 whatever PORT says, and exposes nothing: the sentence names port 80 and how to set it.",
			planned: planned{framework: buildplan.FrameworkDockerfile, open: "where the app listens"},
			ends:    end{fails: []string{"It listens on port 80.", "--port 80"}},
		},
		{
			name: "30-dockerignore-pattern", source: "docker/cli#2461, microsoft/azure-pipelines-tasks#15255, moby/moby#20083",
			right:   ".dockerignore has a line that is no pattern: the sentence names it.",
			planned: planned{refused: []string{".dockerignore", "[abc"}},
		},
	}
}
