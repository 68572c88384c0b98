package dockerfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// exposedPorts returns the TCP ports that the last stage exposes, and the stages that it builds on, in rising order. What the base image exposes is not
// known here.
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

// lineage returns the stages that the last stage builds on, and then the last stage.
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

// setArguments sets the variables of ARG instructions that have a value.
func setArguments(lexer *shell.Lex, variables map[string]string, arguments []instructions.KeyValuePairOptional) {
	for _, argument := range arguments {
		if argument.Value != nil {
			variables[argument.Key] = expand(lexer, variables, *argument.Value)
		}
	}
}

// expand returns a word with its variables replaced, or the word itself where that is not possible.
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

// tcpPorts reads one argument of EXPOSE: "80", "80/tcp", "3000-3002". It returns none for UDP, and for what is no port.
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

// choosePort returns the port that the app listens on, a sentence that says why it is that port, and whether nothing in the source says so. exposed are the
// ports that the Dockerfile exposes.
func choosePort(wanted int, exposed []int) (port int, reason string, isDefault bool) {
	if wanted != 0 {
		port, reason = buildplan.ChoosePort(wanted)

		return port, reason, false
	}

	if port, ok := onlyPort(exposed); ok {
		return port, fmt.Sprintf("It exposes port %d.", port), false
	}

	if len(exposed) == 0 {
		return buildplan.DefaultPort, fmt.Sprintf("It exposes no port, so the app is told by PORT to listen on %d.", buildplan.DefaultPort), true
	}

	return buildplan.DefaultPort, fmt.Sprintf("It exposes the ports %s, so the app is told by PORT to listen on %d. If it listens on one of them anyway, "+
		"set the project's port.", inWords(exposed), buildplan.DefaultPort), false
}

// onlyPort returns the port that requests can only be meant for. They come without TLS, so that it is not 443 unless that is all there is.
func onlyPort(exposed []int) (int, bool) {
	if plain := lo.Without(exposed, portOfTLS); len(plain) > 0 {
		exposed = plain
	}

	if len(exposed) != 1 {
		return 0, false
	}

	return exposed[0], true
}

const (
	portOfTLS = 443
	// portsInWords is how many ports a sentence names.
	portsInWords = 5
)

func inWords(ports []int) string {
	words := lo.Map(ports[:min(len(ports), portsInWords)], func(port, _ int) string { return strconv.Itoa(port) })
	if len(ports) > portsInWords {
		words = append(words, "…")
	}

	return strings.Join(words, ", ")
}

// TakePortOfImage corrects the plan of a source that says nothing of ports by those that its image exposes, and with it the images that it builds on. It
// returns a sentence for the build log, empty where the plan stays as it is.
func TakePortOfImage(plan buildplan.Plan, exposed []int) (buildplan.Plan, string) {
	if !plan.PortIsDefault || len(exposed) == 0 {
		return plan, ""
	}

	port, ok := onlyPort(exposed)
	if !ok {
		return plan, fmt.Sprintf("The image that this one builds on exposes the ports %s. The app is told by PORT to listen on %d; if it listens on one of them "+
			"anyway, set the project's port.", inWords(exposed), plan.Port)
	}

	plan.Port = port

	return plan, fmt.Sprintf("The image that this one builds on exposes port %d, so that is where the app gets its requests.", port)
}
