package main_test

import (
	"fmt"
	"maps"
)

// app is the source of a small application: the content of each file by its path.
type app map[string]string

const dockerfile = `FROM node:22-slim
WORKDIR /app
COPY server.js ./
USER node
EXPOSE 3000
CMD ["node", "server.js"]
`

// serving is a well-behaved app that answers with the text on every path.
func serving(text string) app {
	return app{
		"Dockerfile": dockerfile,
		"server.js": fmt.Sprintf(`
const server = require("node:http").createServer((request, response) => response.end(%q));
server.listen(process.env.PORT, () => console.log("listening on " + process.env.PORT));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`, text),
	}
}

// running is an app whose process is the given JavaScript.
func running(script string) app {
	return app{"Dockerfile": dockerfile, "server.js": script}
}

// with returns the app with one more file, or another content of one.
func (a app) with(path, content string) app {
	changed := maps.Clone(a)
	changed[path] = content

	return changed
}
