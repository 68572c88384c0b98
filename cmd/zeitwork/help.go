package main

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
)

// topics is the help that belongs to no command.
func topics() map[string]func(w io.Writer) {
	return map[string]func(w io.Writer){
		"config":     printConfiguration,
		"exit-codes": func(w io.Writer) { _, _ = fmt.Fprintln(w, cli.ExitCodes) },
		"services":   printServices,
	}
}

// helpCommand is cobra's help command with the topics.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND | config | exit-codes | services]",
		Short: "Help about a command or a topic",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				if topic, ok := topics()[args[0]]; ok {
					topic(os.Stdout)

					return nil
				}
			}

			command, _, err := root.Find(args)
			if err != nil {
				return cli.UsageError(err)
			}

			return command.Help()
		},
	}
}

func printServices(w io.Writer) {
	_, _ = fmt.Fprint(w, `The services of a platform, and what prepares them. docs/OPERATIONS.md says how they are run.

`)

	for _, command := range services() {
		_, _ = fmt.Fprintf(w, "  %-12s %s\n", command.Name(), command.Short)
	}
}

// configurations are the structs that commands read their environment into.
func configurations() []struct {
	command string
	config  any
} {
	return []struct {
		command string
		config  any
	}{
		{"up, doctor", upConfig{}},
		{"api", apiConfig{}},
		{"worker", workerConfig{}},
		{"builder", builderConfig{}},
		{"nodeagent", nodeagentConfig{}},
		{"edgeproxy", edgeproxyConfig{}},
		{"migrate", migrateConfig{}},
		{"admin bootstrap", adminConfig{}},
		{"admin keys", keysConfig{}},
		{"backup, restore", backupConfig{}},
		{"login and the other commands for users", cli.Environment{}},
	}
}

func printConfiguration(w io.Writer) {
	_, _ = fmt.Fprint(w, `Environment variables of the commands, with their defaults.

Traces and metrics follow the standard OTEL_* variables.
`)

	for _, c := range configurations() {
		_, _ = fmt.Fprintf(w, "\nzeitwork %s\n", c.command)

		for _, variable := range variables(reflect.TypeOf(c.config)) {
			note := "required"
			if !variable.required {
				note = "default: " + variable.fallback
			}

			if !variable.required && variable.fallback == "" {
				note = "optional"
			}

			_, _ = fmt.Fprintf(w, "  %s (%s)\n      %s\n", variable.name, note, variable.doc)
		}
	}
}

// variable is one environment variable of a command.
type variable struct {
	name, doc, fallback string
	required            bool
}

// variables reads the tags of a configuration struct and of the structs in it.
func variables(config reflect.Type) []variable {
	var found []variable

	for field := range config.Fields() {
		tag, ok := field.Tag.Lookup("env")
		if !ok {
			if field.Type.Kind() == reflect.Struct {
				found = append(found, variables(field.Type)...)
			}

			continue
		}

		fallback := field.Tag.Get("envDefault")
		if fallback == "" && field.Type.Kind() == reflect.Bool {
			fallback = "false"
		}

		name, options, _ := strings.Cut(tag, ",")
		found = append(found, variable{
			name: name, doc: field.Tag.Get("doc"), fallback: fallback,
			required: strings.Contains(options, "required") || strings.Contains(options, "notEmpty"),
		})
	}

	return found
}
