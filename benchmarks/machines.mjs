// XState's side of machines.py: a chart and its steps come as one line, then each line asks for a round of them.
import { createInterface } from "node:readline";
import { createMachine, transition } from "xstate";

let machine, steps;

// A full stop in a state's name would be a path to XState.
const named = (state) => state.replaceAll(".", "/");

function made({ states, edges, guards }) {
  const nodes = Object.fromEntries(states.map((state) => [named(state), { on: {} }]));
  for (const { source, event, guards: all, target } of edges) {
    (nodes[named(source)].on[event] ??= []).push({
      target: source === target ? undefined : named(target),
      guard: all.length ? { type: "all", params: all } : undefined,
    });
  }
  return createMachine(
    { initial: named(states[0]), states: nodes, context: {} },
    { guards: { all: ({ event }, names) => names.every((name) => event[name]) } },
  );
}

function step({ source, event, guards }) {
  const [next] = transition(machine, machine.resolveState({ value: named(source), context: {} }), { type: event, ...guards });
  return next.value.replaceAll("/", ".");
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (question.steps) {
    machine = made(question);
    steps = question.steps;
    console.log(JSON.stringify(steps.map(step)));
  } else {
    const before = process.cpuUsage();
    for (let n = 0; n < question.times; n++) for (const one of steps) step(one);
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1e6 / question.times / steps.length);
  }
}
