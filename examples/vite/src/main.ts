import "./style.css";

const greeting = document.createElement("p");
greeting.textContent = import.meta.env.VITE_GREETING ?? "The greeting is not set.";
document.querySelector("#app")?.append(greeting);
