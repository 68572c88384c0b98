package main

import "context"

// application is one whole application, and what shows that it works.
type application struct {
	name string
	// framework is what people call what it is made with.
	framework string
	// write makes its source in a folder that is not there yet.
	write func(ctx context.Context, dir string) error
	// manager is the package manager that locks its dependencies; empty: its source is locked already, or has none.
	manager manager
	// path is the page that is asked for, and text what that has to say. The path is / where it is empty.
	path, text string
	variables  map[string]string
}
