"""What the people of the demo are called, where they live, what they know, ask and say. All of it is made up."""

from typing import Final

FIRST_NAMES: Final = """
    Amara Anders Anika Ayla Beatriz Bruno Camille Carlos Chiara Chioma Daichi Damir Danika Diego Elif
    Emeka Erik Esra Fatima Felix Farah Gael Greta Hana Haruto Ikram Ines Ingrid Ivan Jamila Jonas Joana
    Kaito Karim Kavya Kofi Lars Leila Lena Liam Lucia Magnus Malik Mariana Mateo Meera Mei Milan Mina
    Nadia Naoki Nils Noor Oksana Olu Omar Paolo Petra Priya Rafael Ravi Rosa Sana Santiago Selin Sipho
    Sofia Sora Suresh Tariq Tomas Thandi Uma Valentina Viktor Wanjiru Wei Yara Yusuf Zainab Zoe
""".split()  # noqa: SIM905 -- easier to read than a list
LAST_NAMES: Final = """
    Abebe Adeyemi Aguilar Alvarez Andersen Araujo Bakker Banerjee Barros Baumann Benali Bianchi Castillo
    Chaudhry Chen Costa Dahl Danso Delgado Demir Diallo Dubois Eriksen Fernandes Ferrari Fischer Fujita
    Garcia Gupta Haddad Hansen Hoffmann Horvat Ibrahim Ito Ivanov Jansen Kaya Keita Khan Kimura Kowalski
    Kumar Laurent Lindqvist Lopes Malik Martins Mbeki Mehta Mensah Moreau Moretti Mwangi Nakamura Ndlovu
    Nguyen Novak Obi Okafor Olsen Osei Pereira Petrov Popescu Rahman Ramos Rossi Saito Santos Sato
    Schneider Shah Silva Singh Sokolov Suzuki Takahashi Tanaka Toure Usman Vargas Virtanen Wagner Yamada
    Yilmaz Zhang
""".split()  # noqa: SIM905 -- easier to read than a list
COMPANIES: Final = (
    "Alder Works",
    "Blue Kite Labs",
    "Cobalt Harbour",
    "Copperleaf Systems",
    "Driftwood Data",
    "Ember & Oak",
    "Fieldnote",
    "Foxglove Health",
    "Granite Peak Software",
    "Harbour Lane Studio",
    "Ironwood Robotics",
    "Juniper Mobility",
    "Kestrel Analytics",
    "Lantern Energy",
    "Marble Arch Finance",
    "Northwind Learning",
    "Opal Commerce",
    "Paper Boat Games",
    "Quarry Cloud",
    "River Stone Media",
    "Saltmarsh Security",
    "Tern Logistics",
    "Umbra Design",
    "Violet Grid",
    "Willow Bank",
    "Yellow Door Publishing",
)
ZONES: Final = (
    ("Europe/London", "GB", 9),
    ("Europe/Paris", "FR", 7),
    ("Europe/Berlin", "DE", 8),
    ("Europe/Madrid", "ES", 4),
    ("Europe/Warsaw", "PL", 3),
    ("Europe/Istanbul", "TR", 3),
    ("Africa/Lagos", "NG", 6),
    ("Africa/Cairo", "EG", 2),
    ("Africa/Nairobi", "KE", 4),
    ("Africa/Johannesburg", "ZA", 3),
    ("America/New_York", "US", 12),
    ("America/Chicago", "US", 5),
    ("America/Denver", "US", 3),
    ("America/Los_Angeles", "US", 9),
    ("America/Toronto", "CA", 4),
    ("America/Sao_Paulo", "BR", 6),
    ("America/Bogota", "CO", 2),
    ("America/St_Johns", "CA", 1),
    ("Asia/Kolkata", "IN", 11),
    ("Asia/Kathmandu", "NP", 1),
    ("Asia/Dubai", "AE", 2),
    ("Asia/Karachi", "PK", 3),
    ("Asia/Singapore", "SG", 3),
    ("Asia/Tokyo", "JP", 5),
    ("Asia/Seoul", "KR", 3),
    ("Australia/Sydney", "AU", 4),
    ("Australia/Adelaide", "AU", 1),
    ("Australia/Lord_Howe", "AU", 1),
    ("Pacific/Auckland", "NZ", 2),
    ("Pacific/Kiritimati", "KI", 1),
)
"""A zone, its country, and how many of a hundred or so live there."""

EXPERTISE: Final = (
    ("Python", "Backend engineer", "services that stay up"),
    ("JavaScript", "Frontend engineer", "interfaces people like to use"),
    ("TypeScript", "Full-stack engineer", "large codebases that stay readable"),
    ("Go", "Platform engineer", "small, fast services"),
    ("Rust", "Systems engineer", "software that must not fail"),
    ("Java", "Software engineer", "long-lived business systems"),
    ("Mobile Development", "Mobile engineer", "apps on two platforms"),
    ("Data Engineering", "Data engineer", "pipelines that can be trusted"),
    ("Data Science", "Data scientist", "questions that numbers can answer"),
    ("Machine Learning", "Machine learning engineer", "models that reach production"),
    ("DevOps", "Site reliability engineer", "quiet on-call weeks"),
    ("Cloud Architecture", "Cloud architect", "systems that scale and stay affordable"),
    ("Security", "Security engineer", "threat models and calm incident reviews"),
    ("Databases", "Database engineer", "schemas, indexes and migrations"),
    ("Testing", "Test engineer", "suites that people believe"),
    ("Product Management", "Product manager", "finding out what matters"),
    ("Product Design", "Product designer", "turning research into flows"),
    ("User Research", "User researcher", "interviews that change plans"),
    ("Accessibility", "Accessibility specialist", "products that work for everybody"),
    ("Technical Writing", "Technical writer", "documents that get read"),
    ("Engineering Management", "Engineering manager", "teams that grow"),
    ("Career Development", "Career coach", "the next step, whichever it is"),
    ("Interview Preparation", "Hiring lead", "interviews from both sides"),
    ("Public Speaking", "Developer advocate", "talks that people remember"),
    ("Entrepreneurship", "Founder", "first customers and first hires"),
    ("Marketing", "Marketing lead", "honest positioning"),
    ("Sales", "Sales lead", "long sales cycles"),
    ("Finance", "Finance lead", "budgets that survive contact with reality"),
    ("Open Source", "Maintainer", "communities around code"),
    ("Game Development", "Game developer", "shipping small games"),
    ("Embedded Systems", "Embedded engineer", "firmware in the field"),
    ("Leadership", "Director of engineering", "decisions under uncertainty"),
)
"""A category, who knows it, and what they work on."""

BIOS: Final = (
    (
        "{title} with {years} years behind me, most of them spent on {focus}. I like concrete questions, "
        "whiteboards and plans that fit on one page."
    ),
    (
        "I have worked on {focus} for {years} years, in teams of three and of three hundred. Bring "
        "something you are stuck on, and we will take it apart together."
    ),
    (
        "{title} at heart. After {years} years of {focus} I enjoy passing on what I had to learn the slow "
        "way: reviews, feedback, and saying no kindly."
    ),
    (
        "My work is {focus}. In {years} years I have changed fields twice, so I am glad to talk about that "
        "as well: what to learn next, and what to leave alone."
    ),
    (
        "{years} years in, I still think that {focus} is mostly about people. We can look at your project, "
        "your portfolio or the conversation you have been putting off."
    ),
)
TOPICS: Final = (
    "Where to start with {expertise}",
    "{expertise}: reviewing my project",
    "Moving into {expertise} from another field",
    "Preparing for an interview in {expertise}",
    "Growing from junior to senior in {expertise}",
    "A second opinion on a design: {expertise}",
    "Planning the next year around {expertise}",
    "Feedback on my portfolio ({expertise})",
)
DESCRIPTIONS: Final = (
    "I would like to leave with a short list of next steps.",
    "I have been at this for a few months and cannot tell whether I am on the right track.",
    "There is a decision to make by the end of the month, and I would like to think aloud with somebody.",
    "I will send a link to what I have two days before.",
)
QUESTIONS: Final = (
    "What would you look at first? What would you leave out?",
    "How did you learn this, and what would you do differently?",
    "Which two or three things separate good from very good here?",
    "Is it worth specialising now, or too early?",
)
COMMENTS: Final = {
    5: (
        "Exactly what I needed. We went through my project line by line and I left with a clear plan.",
        "Patient, well prepared and honest. I have already put two of the suggestions into practice.",
        "One hour saved me weeks. Warmly recommended to anybody at the same point.",
    ),
    4: (
        "Very helpful, and good resources afterwards. A little more time for questions would have been perfect.",
        "A clear head and a friendly one. I know what to do next.",
    ),
    3: (
        "Some good advice, though more general than I had hoped for.",
        "Helpful in parts; I should have brought more concrete questions.",
    ),
    2: ("We started late and did not get to most of what I had asked.",),
    1: ("The session did not take place as agreed, and the topic was not the one I had sent.",),
}
REPLIES: Final = (
    "Thank you, it was a pleasure. Tell me how it goes!",
    "Glad it helped. The article that I mentioned is in your inbox.",
    "Thank you for the honest words; I will plan more time next time.",
)
CANCEL_REASONS: Final = (
    "I have to travel that day, sorry.",
    "Something urgent has come up at work.",
    "I am not well and would rather meet another time.",
)
DECLINE_REASONS: Final = (
    "This is outside what I know well; somebody else will serve you better.",
    "I am fully booked that week, please pick another slot.",
)
