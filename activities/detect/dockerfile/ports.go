package dockerfile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// exposedPorts returns the TCP ports that the last stage and those it builds on expose. What the base image exposes is
// not known here.
func exposedPorts(stages []instructions.Stage, arguments []instructions.ArgCommand, escape rune) []int {
	lexer := shell.NewLex(escape)
	variables := map[string]string{}

	for _, argument := range arguments {
		setArguments(lexer, variables, argument.Args)
	}

	ports := []int{}

	for _, stage := range lineage(stages) {
		for _, command := range stage.Commands {
			switch command := command.(type) {
			case *instructions.ArgCommand:
				setArguments(lexer, variables, command.Args)
			case *instructions.EnvCommand:
				for _, pair := range command.Env {
					variables[pair.Key] = expand(lexer, variables, pair.Value)
				}
			case *instructions.ExposeCommand:
				for _, port := range command.Ports {
					ports = append(ports, tcpPorts(expand(lexer, variables, port))...)
				}
			}
		}
	}

	slices.Sort(ports)

	return slices.Compact(ports)
}

// lineage returns the last stage behind those that it builds on.
func lineage(stages []instructions.Stage) []instructions.Stage {
	last := len(stages) - 1
	chain := []instructions.Stage{stages[last]}

	for base := stages[last].BaseName; ; base = chain[0].BaseName {
		// A stage can only build on one above it.
		index := slices.IndexFunc(stages[:last], func(s instructions.Stage) bool { return s.Name != "" && strings.EqualFold(s.Name, base) })
		if index < 0 {
			return chain
		}

		last = index
		chain = slices.Insert(chain, 0, stages[index])
	}
}

func setArguments(lexer *shell.Lex, variables map[string]string, arguments []instructions.KeyValuePairOptional) {
	for _, argument := range arguments {
		if argument.Value != nil {
			variables[argument.Key] = expand(lexer, variables, *argument.Value)
		}
	}
}

// expand returns the word with its variables replaced, and the word itself where that is not possible.
func expand(lexer *shell.Lex, variables map[string]string, word string) string {
	assignments := make([]string, 0, len(variables))
	for key, value := range variables {
		assignments = append(assignments, key+"="+value)
	}

	expanded, _, err := lexer.ProcessWord(word, shell.EnvsFromSlice(assignments))
	if err != nil {
		return word
	}

	return expanded
}

// tcpPorts reads one argument of EXPOSE: "80", "80/tcp", "3000-3002". It returns nothing for UDP and for what is no port.
func tcpPorts(argument string) []int {
	numbers, protocol, _ := strings.Cut(argument, "/")
	if protocol != "" && !strings.EqualFold(protocol, "tcp") {
		return nil
	}

	low, high, isRange := strings.Cut(numbers, "-")
	if !isRange {
		high = low
	}

	first, firstErr := strconv.ParseUint(low, 10, 16)
	last, lastErr := strconv.ParseUint(high, 10, 16)

	if firstErr != nil || lastErr != nil || first == 0 || last < first {
		return nil
	}

	ports := []int{}
	for port := first; port <= last; port++ {
		ports = append(ports, int(port))
	}

	return ports
}
