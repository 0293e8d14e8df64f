// What pages need beside htmx: ask before what cannot be taken back lightly, and send a form once.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.ask && !window.confirm(form.dataset.ask)) {
    event.preventDefault();
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault(); // the second click of a double click
    return;
  }
  if (form.method === "post" && !form.hasAttribute("hx-post")) {
    form.dataset.sent = "yes";
  }
});

// A page that comes back from the browser's cache can be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// A choice that changes the page: the form is sent as soon as it is made.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) {
    event.target.form.requestSubmit();
  }
});
