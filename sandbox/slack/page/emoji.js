// Short names of the emoji a chat-ops bot and its people use. Unknown names stay as `:name:`, as Slack does.

const TABLE = `
rotating_light 🚨 clipboard 📋 white_check_mark ✅ heavy_check_mark ✔️ warning ⚠️ fire 🔥 bell 🔔 no_bell 🔕
red_circle 🔴 large_orange_circle 🟠 orange_circle 🟠 large_yellow_circle 🟡 yellow_circle 🟡 large_green_circle 🟢
green_circle 🟢 large_blue_circle 🔵 blue_circle 🔵 large_purple_circle 🟣 purple_circle 🟣 white_circle ⚪ black_circle ⚫
large_red_square 🟥 red_square 🟥 large_green_square 🟩 large_yellow_square 🟨 large_orange_square 🟧 large_blue_square 🟦
white_large_square ⬜ black_large_square ⬛ pushpin 📌 round_pushpin 📍 eyes 👀 bust_in_silhouette 👤 busts_in_silhouette 👥
hourglass ⌛ hourglass_flowing_sand ⏳ stopwatch ⏱️ alarm_clock ⏰ timer_clock ⏲️ clock1 🕐 clock3 🕒 clock9 🕘 calendar 📆
date 📅 spiral_calendar_pad 🗓️ link 🔗 lock 🔒 unlock 🔓 key 🔑 closed_lock_with_key 🔐 x ❌ negative_squared_cross_mark ❎
no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 stop_sign 🛑 construction 🚧 vertical_traffic_light 🚦 traffic_light 🚥
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrows_counterclockwise 🔄
arrow_up_small 🔼 arrow_down_small 🔽 arrow_forward ▶️ leftwards_arrow_with_hook ↩️ rewind ⏪ fast_forward ⏩ repeat 🔁
double_vertical_bar ⏸️ black_square_for_stop ⏹️ page_facing_up 📄 page_with_curl 📃 memo 📝 pencil 📝 pencil2 ✏️ mag 🔍
mag_right 🔎 zzz 💤 sleeping 😴 wave 👋 tada 🎉 confetti_ball 🎊 sparkles ✨ star ⭐ star2 🌟 rocket 🚀 zap ⚡ boom 💥
collision 💥 bulb 💡 gear ⚙️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ tools 🛠️ nut_and_bolt 🔩 toolbox 🧰 bug 🐛
computer 💻 desktop_computer 🖥️ package 📦 file_folder 📁 open_file_folder 📂 floppy_disk 💾 bar_chart 📊
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 satellite 🛰️ satellite_antenna 📡 globe_with_meridians 🌐
earth_africa 🌍 cloud ☁️ thunder_cloud_and_rain ⛈️ lightning 🌩️ snowflake ❄️ sunny ☀️ moon 🌔 umbrella ☔ ocean 🌊
telephone_receiver 📞 phone ☎️ iphone 📱 pager 📟 mega 📣 loudspeaker 📢 speech_balloon 💬 thought_balloon 💭 email 📧
envelope ✉️ incoming_envelope 📨 inbox_tray 📥 outbox_tray 📤 newspaper 📰 books 📚 book 📖 closed_book 📕 bookmark 🔖
label 🏷️ ticket 🎫 receipt 🧾 credit_card 💳 moneybag 💰 shield 🛡️ police_car 🚓 fire_engine 🚒 ambulance 🚑
fire_extinguisher 🧯 helmet_with_white_cross ⛑️ sos 🆘 steam_locomotive 🚂 train 🚋 railway_track 🛤️ railway_car 🚃
robot_face 🤖 ghost 👻 thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 ok_hand 👌 clap 👏 pray 🙏 raised_hand ✋ raised_hands 🙌
muscle 💪 point_right 👉 point_left 👈 point_up ☝️ point_down 👇 handshake 🤝 writing_hand ✍️ crossed_fingers 🤞
slightly_smiling_face 🙂 smile 😄 grinning 😀 joy 😂 sweat_smile 😅 wink 😉 thinking_face 🤔 face_with_monocle 🧐 cry 😢
sob 😭 scream 😱 disappointed 😞 worried 😟 rage 😡 exploding_head 🤯 face_palm 🤦 shrug 🤷 sunglasses 😎 nerd_face 🤓
relieved 😌 partying_face 🥳 heart ❤️ green_heart 💚 yellow_heart 💛 blue_heart 💙 broken_heart 💔 100 💯 question ❓
grey_question ❔ exclamation ❗ heavy_exclamation_mark ❗ bangbang ‼️ interrobang ⁉️ information_source ℹ️ recycle ♻️
heavy_plus_sign ➕ heavy_minus_sign ➖ heavy_multiplication_x ✖️ wavy_dash 〰️ white_small_square ▫️ black_small_square ▪️
small_red_triangle 🔺 small_red_triangle_down 🔻 small_blue_diamond 🔹 small_orange_diamond 🔸 large_blue_diamond 🔷 dart 🎯
checkered_flag 🏁 triangular_flag_on_post 🚩 white_flag 🏳️ trophy 🏆 medal 🏅 crown 👑 gem 💎 coffee ☕ pizza 🍕 beer 🍺
cake 🍰 palm_tree 🌴 seedling 🌱 four_leaf_clover 🍀 dog 🐶 cat 🐱 crab 🦀 snail 🐌 turtle 🐢 bee 🐝 owl 🦉 test_tube 🧪
microscope 🔬 thermometer 🌡️ syringe 💉 adhesive_bandage 🩹 firefighter 🧑‍🚒 technologist 🧑‍💻 female-technologist 👩‍💻
male-technologist 👨‍💻 detective 🕵️ sleuth_or_spy 🕵️ one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣
zero 0️⃣ keycap_ten 🔟 new 🆕 ok 🆗 up 🆙 free 🆓 sound 🔉 mute 🔇 battery 🔋 electric_plug 🔌 dvd 📀 card_index 📇
card_index_dividers 🗂️ file_cabinet 🗄️ wastebasket 🗑️ scroll 📜 bookmark_tabs 📑 ledger 📒 notebook 📓 paperclip 📎 scissors ✂️
balance_scale ⚖️ chains ⛓️ anchor ⚓ ship 🚢 whale 🐳 elephant 🐘 beetle 🐞 spider_web 🕸️ crystal_ball 🔮 lock_with_ink_pen 🔏`;

const words = TABLE.trim().split(/\s+/);
const BY_NAME = new Map(words.flatMap((word, index) => (index % 2 ? [] : [[word, words[index + 1]]])));

/** The characters of a short name, skin tone left out; undefined when it is none of ours. */
export const emojiOf = (name) => BY_NAME.get(name.replace(/::skin-tone-\d$/, ""));

export const emojiNames = (prefix) => [...BY_NAME.keys()].filter((name) => name.startsWith(prefix));

export const QUICK_REACTIONS = ["pushpin", "eyes", "white_check_mark", "+1"];
export const MORE_REACTIONS = [
  "-1",
  "tada",
  "fire",
  "rotating_light",
  "warning",
  "red_circle",
  "large_yellow_circle",
  "large_green_circle",
  "x",
  "hourglass",
  "memo",
  "mag",
  "wave",
  "pray",
  "raised_hands",
  "rocket",
  "heart",
  "100",
  "thinking_face",
  "joy",
];
