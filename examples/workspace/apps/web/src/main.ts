import { button } from "@workspace/ui";

document.querySelector("#app")?.append(button("A button of packages/ui"));
