package toolchain

// Prometheus is a program that reads rules and dashboards with Prometheus' parser and engine.
func Prometheus() Module {
	return Module{name: "prometheus", sources: []string{"rules"}, builds: []build{{packages: []string{"./rules"}}}}
}
