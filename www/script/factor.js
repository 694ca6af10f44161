/** The pages of the second factor work by themselves; this adds the way back to pages with scripts. */

for (const link of document.querySelectorAll("a")) link.href = link.href.replace("/api/tasks", "/tasks.html").replace("/api/overview/week", "/overview.html");
